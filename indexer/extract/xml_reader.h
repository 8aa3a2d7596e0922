// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

using xmlTextReader = struct _xmlTextReader; // NOLINT(bugprone-reserved-identifier): libxml2's name

namespace vtlt::extract {

/// To be called once before anything forks: libxml2 is set up and forbidden to load anything but what it is handed.
void prepare_xml();

/// A stream of XML, forward only. No entity but the five of XML is expanded, nothing outside is loaded, nesting and
/// sizes are bounded by libxml2's own limits. Names are local: Office's transitional and strict files differ in their
/// namespaces only.
class XmlReader
{
public:
    enum class Kind
    {
        start,
        end,
        text
    };
    /// Fills a buffer, 0 at the end; what it throws leaves through `next`.
    using Read = std::function<std::size_t(char*, std::size_t)>;

    explicit XmlReader(Read read);
    ~XmlReader();
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;

    /// False at the end, also at the end that damage makes. An empty element gives a start and an end.
    bool next();
    Kind kind() const { return kind_; }
    std::string_view name() const;
    std::string_view text() const;
    std::optional<std::string> attribute(std::string_view local_name);
    /// Of a start: goes on behind its end.
    void skip();
    /// True when something was not well-formed, or the stream ended in the middle.
    bool is_damaged() const { return damaged_; }

private:
    struct Free
    {
        void operator()(xmlTextReader* reader) const;
    };
    static int fill(void* self, char* buffer, int size);

    Read read_;
    std::unique_ptr<xmlTextReader, Free> reader_;
    std::exception_ptr failure_;
    Kind kind_ = Kind::start;
    bool empty_element_ = false;
    bool damaged_ = false;
};

} // namespace vtlt::extract
