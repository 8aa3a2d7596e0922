// SPDX-License-Identifier: GPL-3.0-or-later
#include "handlers.h"

#include "charset.h"

#include <algorithm>

namespace vtlt::extract {

namespace {

/// Form feeds part pages; a text without one has none. The first one to be met early enough decides, so that a text of
/// any length streams.
bool has_form_feed(const Source& source, TextBytes form, std::uint64_t most)
{
    bool found = false;
    stream_utf8(source, form, most,
                [&](std::string_view text) { found = found || text.find('\f') != std::string_view::npos; });
    return found;
}

class PageCutter
{
public:
    PageCutter(Output& output, bool paged) : output_(output), page_(paged ? 1 : 0)
    {
        output_.begin_page(paged ? std::optional{page_} : std::nullopt);
    }

    void add(std::string_view text)
    {
        while (page_ > 0) {
            const auto feed = text.find('\f');
            if (feed == std::string_view::npos) {
                break;
            }
            output_.text(text.substr(0, feed));
            output_.begin_page(++page_);
            text.remove_prefix(feed + 1);
        }
        output_.text(text);
    }

private:
    Output& output_;
    int page_;
};

} // namespace

void read_plain(const Document& document)
{
    auto form = document.identity.text;
    auto& output = document.output;
    // A little more than the limit, so that the limit itself says "truncated" and not this.
    const auto most = std::min<std::uint64_t>(document.source.size(), 2 * document.text_bytes + (1U << 16));
    std::optional<std::size_t> converter;
    if (form == TextBytes::ascii_like || form == TextBytes::utf8_mark) {
        if (!survey_utf8(document.source, most).is_utf8()) {
            const auto head = document.source.bytes(0, 4096);
            // Only XML says in itself what it is written in.
            converter = document.identity.row->word == "xml" ? find_charset(declared_charset(head)) : std::nullopt;
            if (!converter) {
                throw Verdict{Cause::unknown_encoding};
            }
        }
    }
    output.charset(converter ? charset_name(*converter) : text_form_name(form));
    if (converter) {
        if (document.source.size() > document.memory_bytes / 8) {
            throw Verdict{Cause::memory_limit};
        }
        output.begin_page(std::nullopt);
        output.text(to_utf8(*converter, document.source.bytes(0, static_cast<std::size_t>(document.source.size()))));
    } else {
        PageCutter cutter{output, has_form_feed(document.source, form, most)};
        stream_utf8(document.source, form, most, [&](std::string_view text) { cutter.add(text); });
    }
    output.finish_page();
    if (!output.has_text()) {
        throw Verdict{Cause::empty};
    }
}

} // namespace vtlt::extract
