// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/error.h>
#include <vtlt/core/home.h>

#include <xapian.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

/// index/<band>/g<N>/ are Xapian databases; the stub file `current` beside them names the serving one.
namespace vtlt::indexer {

struct Generation
{
    std::uint64_t number = 0;
    std::filesystem::path path;

    std::string name() const { return "g" + std::to_string(number); }
};

/// nullopt without a readable stub: the band has no index.
std::optional<Generation> current_generation(const Home& home, Secrecy band);
/// The next number that no folder has, left-overs of an interrupted rebuild included; makes its parent folders.
Generation next_generation(const Home& home, Secrecy band);
/// Removes all but the serving one: what a kill between two steps left, and words of raised documents with it.
void remove_strays(const Home& home, Secrecy band);
/// Makes `generation` the serving one and removes every other, left-overs of interrupted builds included.
void publish(const Home& home, Secrecy band, const Generation& generation);

/// The seq that an index has applied; 0 when it holds none.
std::int64_t applied_seq(const Xapian::Database& database);
/// False for an index that another version of this program laid out.
bool is_our_format(const Xapian::Database& database);

/// Whether the band's serving generation opens and has this build's format.
bool has_readable_index(const Home& home, Secrecy band);

/// busy `index.locked`, internal `internal.disk_full`, else internal `index.unreadable`.
Error to_error(const Xapian::Error& error, const std::filesystem::path& path);

/// Beside a generation's folder while it is being built; left-overs go with the next `publish`.
inline constexpr const char* kPartsSuffix = ".parts";
inline constexpr const char* kAppliedKey = "vtlt.applied_seq";
inline constexpr const char* kFormatKey = "vtlt.format";
/// Set while the files hold deleted words of documents that left the band.
inline constexpr const char* kRemainsKey = "vtlt.remains";

} // namespace vtlt::indexer
