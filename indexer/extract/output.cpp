// SPDX-License-Identifier: GPL-3.0-or-later
#include "output.h"

#include "utf8.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace vtlt::extract {

using sandbox::wire::Record;

namespace {

constexpr std::size_t kTitleBytes = 1000;
constexpr std::size_t kWarningBytes = 200;
constexpr int kWarnings = 20;
/// What an empty page costs our side; counts against the text's limit so that a million empty pages are bounded too.
constexpr std::uint64_t kPageCost = 64;

bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7F;
}

std::string_view cut_at_code_point(std::string_view utf8, std::size_t most)
{
    auto cut = utf8.substr(0, most);
    return cut.size() < utf8.size() ? cut.substr(0, cut.size() - unfinished_utf8(cut)) : cut;
}

/// Where a block of at most `most` bytes ends best: after a line, after a word, else between two code points.
std::size_t block_end(std::string_view text, std::size_t most)
{
    const auto window = text.substr(0, most);
    for (const char separator : {'\n', ' '}) {
        if (const auto at = window.rfind(separator); at != std::string_view::npos && at > 0) {
            return at + 1;
        }
    }
    return window.size() - unfinished_utf8(window);
}

void append_other(std::string& out, char32_t value, bool& after_return)
{
    const bool was_return = std::exchange(after_return, value == '\r');
    if (value == '\n' || value == '\r' || value == '\v' || value == '\f' || value == 0x85 || value == 0x2028 ||
        value == 0x2029) {
        if (!(value == '\n' && was_return)) {
            out += '\n';
        }
    } else if (value == '\t') {
        out += '\t';
    } else if (value >= 0xA0 && value != 0xFEFF) {
        append_utf8(out, value);
    }
}

} // namespace

void append_clean_text(std::string& out, std::string_view utf8, bool& after_return)
{
    while (!utf8.empty()) {
        const auto run = static_cast<std::size_t>(std::find_if_not(utf8.begin(), utf8.end(), is_plain) - utf8.begin());
        if (run > 0) {
            out += utf8.substr(0, run);
            utf8.remove_prefix(run);
            after_return = false;
            continue;
        }
        const auto point = decode_utf8(utf8);
        append_other(out, point.length == 0 ? kReplacement : point.value, after_return);
        utf8.remove_prefix(std::max<std::size_t>(1, point.length));
    }
}

void Output::record(Record type, std::string_view payload)
{
    packet_ = sandbox::wire::record_head(type, payload.size());
    packet_ += payload;
    auto rest = std::string_view{packet_};
    while (!rest.empty()) {
        const auto done = ::write(fd_, rest.data(), rest.size());
        if (done < 0) {
            if (errno == EINTR) {
                continue;
            }
            ::_exit(1); // nobody listens any more
        }
        rest.remove_prefix(static_cast<std::size_t>(done));
    }
}

void Output::format(std::string_view word, std::string_view media_type)
{
    std::string payload{word};
    payload += '\0';
    payload += media_type;
    record(Record::format, payload);
}

void Output::title(std::string_view utf8)
{
    std::string clean;
    bool after_return = false;
    append_clean_text(clean, utf8.substr(0, 4 * kTitleBytes), after_return);
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    const auto begin = clean.find_first_not_of(' ');
    if (has_title_ || begin == std::string::npos) {
        return;
    }
    clean.erase(clean.find_last_not_of(' ') + 1);
    has_title_ = true;
    record(Record::title, cut_at_code_point(std::string_view{clean}.substr(begin), kTitleBytes));
}

void Output::warning(std::string_view words)
{
    if (warnings_++ >= kWarnings) {
        return;
    }
    std::string clean;
    bool after_return = false;
    append_clean_text(clean, words.substr(0, kWarningBytes), after_return);
    record(Record::warning, clean);
}

void Output::charge(std::uint64_t bytes)
{
    if (bytes > text_left_) {
        held_.resize(
            static_cast<std::size_t>(held_.size() - std::min<std::uint64_t>(held_.size(), bytes - text_left_)));
        held_.resize(held_.size() - unfinished_utf8(held_));
        text_left_ = 0;
        throw Verdict{Cause::text_truncated};
    }
    text_left_ -= bytes;
}

void Output::begin_page(std::optional<int> number)
{
    finish_page();
    charge(kPageCost);
    number_ = number;
    page_open_ = true;
    page_sent_ = false;
    after_return_ = false;
}

void Output::text(std::string_view utf8)
{
    const auto before = held_.size();
    append_clean_text(held_, utf8, after_return_);
    has_text_ = has_text_ || std::any_of(held_.begin() + static_cast<std::ptrdiff_t>(before), held_.end(),
                                         [](char c) { return static_cast<unsigned char>(c) > ' '; });
    charge(held_.size() - before);
    send_full_blocks();
}

void Output::send_full_blocks()
{
    std::size_t sent = 0;
    while (held_.size() - sent > sandbox::wire::kBlockBytes) {
        const auto rest = std::string_view{held_}.substr(sent);
        const auto length = block_end(rest, sandbox::wire::kBlockBytes);
        send_text(rest.substr(0, length));
        sent += length;
    }
    held_.erase(0, sent);
}

void Output::send_text(std::string_view block)
{
    if (number_ && page_sent_) {
        record(Record::more, block);
        return;
    }
    std::string payload{sandbox::wire::as_bytes(static_cast<std::int32_t>(number_.value_or(0)))};
    payload += block;
    record(Record::page, payload);
    page_sent_ = true;
}

void Output::finish_page()
{
    send_full_blocks();
    if (!held_.empty() || (page_open_ && number_ && !page_sent_)) {
        send_text(held_);
    }
    held_.clear();
    page_open_ = false;
}

} // namespace vtlt::extract
