// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/password.h>

#include <vtlt/core/base/embedded_file.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/base/text.h>

#include "auth/sodium.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

namespace vtlt::password_words {
std::span<const EmbeddedFile> files();
}

namespace vtlt::auth {

namespace {

constexpr std::chrono::seconds kPasswordPatience{10};
constexpr std::size_t kFewestDifferent = 3;

/// Of a random password that was thrown away, at today's cost: what is computed where there is no hash. A test asks
/// that it still has that cost.
const std::string kNobodysHash =
    "$argon2id$v=19$m=65536,t=3,p=1$wasZjbUH8MZdcdfbC2cXhA$a8as2RcI3frOnRFW/Ndx5SA8YK/kXNSPpXHXLRyKNJI";

/// One of the few places where a password is being computed.
class Lane
{
public:
    Lane()
    {
        std::unique_lock lock{mutex_};
        if (!freed_.wait_for(lock, kPasswordPatience, [] { return taken_ < kPasswordLanes; })) {
            throw Error{Kind::busy, "sign_in.busy"};
        }
        ++taken_;
    }
    ~Lane()
    {
        {
            const std::lock_guard lock{mutex_};
            --taken_;
        }
        freed_.notify_one();
    }
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

private:
    static inline std::mutex mutex_;
    static inline std::condition_variable freed_;
    static inline std::ptrdiff_t taken_ = 0; // guarded by mutex_
};

std::set<std::string, std::less<>> read_common_words()
{
    std::set<std::string, std::less<>> words;
    for (const auto& file : password_words::files()) {
        for (auto rest = file.text(); !rest.empty();) {
            const auto end = std::min(rest.find('\n'), rest.size());
            if (const auto line = rest.substr(0, end); !line.empty() && line.front() != '#') {
                words.emplace(line);
            }
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return words;
}

bool is_ascii_letter(char character)
{
    return character >= 'a' && character <= 'z';
}

/// Without the digits and signs around it: what is left of "Matkhau@2024" is "matkhau".
std::string_view core_of(std::string_view folded)
{
    const auto is_core = [](char character) {
        return is_ascii_letter(character) || static_cast<unsigned char>(character) >= 0x80;
    };
    const auto first = std::ranges::find_if(folded, is_core);
    const auto last = std::ranges::find_if(folded.rbegin(), folded.rend(), is_core).base();
    return first < last ? std::string_view{first, last} : std::string_view{};
}

/// 0123456789, 9876543210, abcdefghij: each character follows the one before it.
bool is_sequence(std::string_view folded)
{
    const auto steps_by = [&](int step) {
        return std::ranges::adjacent_find(folded, [&](char a, char b) {
                   const bool wraps = (a == '9' && b == '0' && step == 1) || (a == '0' && b == '9' && step == -1);
                   return b - a != step && !wraps;
               }) == folded.end();
    };
    return steps_by(1) || steps_by(-1);
}

bool is_common(std::string_view password, std::string_view name)
{
    static const auto words = read_common_words();
    const auto folded = text::fold(password);
    const auto core = core_of(folded);
    const auto name_folded = text::fold(name);
    const auto is_a_word = [&](std::string_view text) { return words.contains(text) || text == name_folded; };
    const std::set<char> different{folded.begin(), folded.end()};
    return different.size() < kFewestDifferent || is_sequence(folded) || is_a_word(folded) ||
           (!core.empty() && (is_a_word(core) || core == core_of(name_folded)));
}

} // namespace

void check_password(std::string_view password, std::string_view name)
{
    // No refusal repeats what was typed.
    if (!text::is_utf8(password)) {
        throw Error{Kind::invalid, "password.not_utf8"};
    }
    if (password.size() > kPasswordLongest) {
        throw Error{Kind::invalid, "password.too_long", {{"most", std::to_string(kPasswordLongest)}}};
    }
    const auto normal = text::to_nfc(password);
    if (text::length(normal) < kPasswordShortest) {
        throw Error{Kind::invalid, "password.too_short", {{"least", std::to_string(kPasswordShortest)}}};
    }
    if (is_common(normal, name)) {
        throw Error{Kind::invalid, "password.common"};
    }
}

std::string hash_password(std::string_view password)
{
    require_sodium();
    const auto normal = text::to_nfc(password);
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    const Lane lane;
    ensure(crypto_pwhash_str_alg(hash.data(), normal.data(), normal.size(), kPasswordPasses, kPasswordMemory,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0,
           "there is memory for a password");
    return hash.data();
}

bool verify_password(const std::string& hash, std::string_view password)
{
    require_sodium();
    // What could never have been set costs the same time as what was not.
    const bool possible = !hash.empty() && password.size() <= kPasswordLongest && text::is_utf8(password);
    const auto normal = possible ? text::to_nfc(password) : std::string{};
    const auto& against = possible ? hash : kNobodysHash;
    const Lane lane;
    return crypto_pwhash_str_verify(against.c_str(), normal.data(), normal.size()) == 0 && possible;
}

bool needs_rehash(const std::string& hash)
{
    require_sodium();
    return crypto_pwhash_str_needs_rehash(hash.c_str(), kPasswordPasses, kPasswordMemory) != 0;
}

bool is_decoy_current()
{
    return !needs_rehash(kNobodysHash);
}

std::string make_readable_password()
{
    constexpr std::size_t group = 5;
    auto password = make_uid();
    std::ranges::transform(password, password.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    for (auto at = password.size() - group; at > 0; at -= group) {
        password.insert(at, 1, '-');
    }
    return password;
}

} // namespace vtlt::auth
