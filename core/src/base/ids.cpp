// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/ids.h>

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <cerrno>
#include <sys/random.h>

namespace vtlt {

namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

} // namespace

std::string random_bytes(std::size_t size)
{
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const auto got = getrandom(bytes.data() + done, size - done, 0);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw_errno("getrandom", "");
        }
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

Uid make_uid()
{
    auto uid = random_bytes(kUidLength);
    for (auto& c : uid) {
        c = kCrockford[static_cast<unsigned char>(c) % kCrockford.size()];
    }
    return uid;
}

bool is_uid(std::string_view text)
{
    return text.size() == kUidLength &&
           std::ranges::all_of(text, [](char c) { return kCrockford.find(c) != std::string_view::npos; });
}

} // namespace vtlt
