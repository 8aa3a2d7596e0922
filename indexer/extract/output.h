// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/sandbox/wire.h>

#include "verdict.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::extract {

/// The child's voice: records into the result pipe (wire.h). Each is written at once, so that what was found out
/// survives whatever the document does next. Text leaves as clean UTF-8: line ends are \n, no control characters but \n
/// and \t, no byte order marks.
class Output
{
public:
    Output(int fd, std::uint64_t text_limit) : fd_(fd), text_left_(text_limit) {}

    void record(sandbox::wire::Record type, std::string_view payload);
    void format(std::string_view word, std::string_view media_type);
    void charset(std::string_view name) { record(sandbox::wire::Record::charset, name); }
    /// Cleaned and cut to a sensible length; the first one counts.
    void title(std::string_view utf8);
    void warning(std::string_view words);
    void cause(Cause cause) { record(sandbox::wire::Record::cause, cause_name(cause)); }
    void end() { record(sandbox::wire::Record::end, {}); }

    /// What follows belongs to that page; nullopt: to no page, cut into blocks. Throws Verdict{text_truncated} at the
    /// limit.
    void begin_page(std::optional<int> number);
    /// Whole code points of UTF-8; ill-formed bytes become U+FFFD. Throws Verdict{text_truncated} at the limit.
    void text(std::string_view utf8);
    /// Sends what is still held back. Called once after the last text; `stop` cases call it too, to lose nothing.
    void finish_page();

    /// True when a character was delivered that one can see.
    bool has_text() const { return has_text_; }
    bool has_title() const { return has_title_; }

private:
    void send_full_blocks();
    void send_text(std::string_view block);
    void charge(std::uint64_t bytes);

    int fd_;
    std::uint64_t text_left_;
    std::string held_;
    std::string packet_;
    std::optional<int> number_;
    bool page_open_ = false; ///< begin_page was called
    bool page_sent_ = false; ///< its first record is out
    bool after_return_ = false;
    bool has_text_ = false;
    bool has_title_ = false;
    int warnings_ = 0;
};

/// Runs `utf8` through the cleaning of Output; a line end replaces every kind of line end.
void append_clean_text(std::string& out, std::string_view utf8, bool& after_return);

} // namespace vtlt::extract
