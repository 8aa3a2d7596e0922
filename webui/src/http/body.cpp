// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/body.h"

#include "http/syntax.h"

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace vtlt::webui::http {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kReadSize = std::size_t{64} * 1024;
/// Of a chunk's size line with its extensions, or a trailer line.
constexpr std::size_t kMaxLine = 4096;
constexpr int kMaxTrailers = 100;
constexpr auto kSilence = 30s;

} // namespace

std::size_t ParkedBody::read(std::span<char> into)
{
    const auto size = std::min(into.size(), left_.size());
    std::memcpy(into.data(), left_.data(), size);
    left_.remove_prefix(size);
    return size;
}

StreamedBody::StreamedBody(Connection& connection, const ServerOptions& options)
    : connection_(connection), options_(options), at_(connection.head_size),
      left_(connection.head->content_length.value_or(0)), chunked_(connection.head->chunked),
      complete_(!chunked_ && left_ == 0)
{}

void StreamedBody::fail(int status)
{
    failure_ = status;
    if (status == 413) {
        throw Error{Kind::invalid, "http.body_too_large", {{"limit", std::to_string(options_.max_body)}}};
    }
    throw Error{Kind::invalid, status == 400 ? "http.body_malformed" : "http.body_cut_off"};
}

std::size_t StreamedBody::read(std::span<char> into)
{
    if (failure_ != 0) {
        fail(failure_);
    }
    if (complete_ || into.empty()) {
        return 0;
    }
    if (chunked_ && !in_chunk_) {
        begin_chunk();
        if (complete_) {
            return 0;
        }
    }
    const auto got = read_bytes(into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_))));
    left_ -= got;
    if (left_ == 0) {
        if (chunked_) {
            end_chunk();
        } else {
            complete_ = true;
        }
    }
    return got;
}

std::size_t StreamedBody::read_bytes(std::span<char> into)
{
    if (at_ == connection_.in.size()) {
        fill();
    }
    const auto size = std::min(into.size(), connection_.in.size() - at_);
    std::memcpy(into.data(), connection_.in.data() + at_, size);
    at_ += size;
    return size;
}

/// Waits for more. A sender may be as slow as the minimum rate in the mean of the time that we waited for him.
void StreamedBody::fill()
{
    if (connection_.head->expects_continue && !connection_.continue_sent) {
        connection_.continue_sent = true;
        connection_.send("HTTP/1.1 100 Continue\r\n\r\n");
    }
    // The head stays: its bytes are counted as consumed.
    connection_.in.resize(at_);
    if (at_ > connection_.head_size) {
        connection_.in.resize(connection_.head_size);
        at_ = connection_.head_size;
    }
    std::array<char, kReadSize> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by receive
    for (;;) {
        const auto got = connection_.receive(buffer);
        if (got.state == Io::done) {
            received_ += got.bytes;
            connection_.in.append(buffer.data(), got.bytes);
            return;
        }
        if (got.state == Io::closed) {
            fail(408);
        }
        const auto earned = options_.body_grace + std::chrono::seconds{static_cast<std::int64_t>(
                                                      received_ / std::max<std::uint64_t>(options_.min_body_rate, 1))};
        const auto began = std::chrono::steady_clock::now();
        const auto limit = std::min<std::chrono::steady_clock::duration>(earned - waited_, kSilence);
        const bool came = connection_.wait(got.state, began + limit);
        waited_ += std::chrono::steady_clock::now() - began;
        if (!came) {
            fail(408);
        }
    }
}

/// Strict where Poco's reader is not: exactly hexadecimal digits, CR LF, nothing that a proxy may read otherwise.
void StreamedBody::begin_chunk()
{
    const auto line = take_line();
    const auto digits = line.substr(0, line.find(';'));
    std::uint64_t size = 0;
    const auto* end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, size, 16);
    if (digits.empty() || digits.size() > 15 || error != std::errc{} || at != end) {
        fail(400);
    }
    if (size > options_.max_body - std::min(total_, options_.max_body)) {
        fail(413);
    }
    total_ += size;
    left_ = size;
    in_chunk_ = size > 0;
    if (size == 0) {
        int trailers = 0;
        while (!take_line().empty()) {
            if (++trailers > kMaxTrailers) {
                fail(400);
            }
        }
        complete_ = true;
    }
}

void StreamedBody::end_chunk()
{
    if (!take_line().empty()) {
        fail(400);
    }
    in_chunk_ = false;
}

std::string_view StreamedBody::take_line()
{
    for (auto scan = at_;; ++scan) {
        if (scan == connection_.in.size()) {
            // fill() forgets what is consumed; a line that is cut must stay.
            std::string begun = connection_.in.substr(at_);
            connection_.in.resize(at_);
            fill();
            connection_.in.insert(at_, begun);
            scan = at_ + begun.size();
        }
        const char c = connection_.in[scan];
        const bool after_return = scan > at_ && connection_.in[scan - 1] == '\r';
        if (after_return != (c == '\n') || scan - at_ > kMaxLine || (is_control(c) && c != '\r' && c != '\n')) {
            fail(400);
        }
        if (c == '\n') {
            const auto line = std::string_view{connection_.in}.substr(at_, scan - 1 - at_);
            at_ = scan + 1;
            return line;
        }
    }
}

} // namespace vtlt::webui::http
