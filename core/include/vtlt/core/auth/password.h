// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Passwords, argon2id by libsodium. Every function normalises to NFC first, so that both ways to type ế are one
/// password. Callable from any thread; at most `kPasswordLanes` computations run at once, others wait, after ten
/// seconds in vain they throw busy `sign_in.busy`.
namespace vtlt::auth {

/// RFC 9106's second choice of memory (64 MiB) with its three passes: 0.1 to 0.2 s of one core. More memory would let
/// fewer people sign in at once on the small machines of an agency.
inline constexpr unsigned long long kPasswordPasses = 3;
inline constexpr std::size_t kPasswordMemory = std::size_t{64} << 20;
/// A hundred simultaneous sign-ins must not take 6 GB: 4 lanes take 256 MiB.
inline constexpr std::ptrdiff_t kPasswordLanes = 4;
/// Characters, as people count them.
inline constexpr std::size_t kPasswordShortest = 10;
/// Bytes: hashing starts by reading all of it.
inline constexpr std::size_t kPasswordLongest = 1024;

/// Throws invalid `password.too_short`, `password.too_long`, `password.common` (a much used one, or the person's own
/// name), `password.not_utf8`. The password itself is in no error.
void check_password(std::string_view password, std::string_view name);

/// The text that the catalogue keeps: algorithm, cost, salt and hash.
std::string hash_password(std::string_view password);

/// An empty `hash` (nobody has this name, or no password was set) costs as much time as a wrong password and is false.
bool verify_password(const std::string& hash, std::string_view password);

/// The hash was made with another cost than today's.
bool needs_rehash(const std::string& hash);
/// What is computed where there is no hash has today's cost.
bool is_decoy_current();

/// Twenty letters and digits in groups, 100 random bits, without those that look alike: for the first administrator.
std::string make_readable_password();

} // namespace vtlt::auth
