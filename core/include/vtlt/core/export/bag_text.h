// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The texts of a BagIt bag (RFC 8493 and the drafts 0.93–0.97) as pure functions over bytes: nothing here opens a
/// file, nothing throws for what the bytes say. What is wrong becomes a `Note` whose rule word package_verifier.h makes
/// public.
namespace vtlt::export_::bag {

struct Version
{
    int major = 1;
    int minor = 0;
    auto operator<=>(const Version&) const = default;
};

inline constexpr Version kOldest{0, 93};
inline constexpr Version kNewest{1, 0};

struct Note
{
    std::string_view rule;
    std::string detail;
    bool is_error = true;
};
using Notes = std::vector<Note>;

/// bagit.txt. A version that cannot be read counts as the newest, so that the rest is judged strictly.
struct Declaration
{
    Version version;
    std::string encoding = "UTF-8";
};
Declaration parse_declaration(std::string_view bytes, Notes& notes);

/// UTF-8 of a tag file in the declared encoding: UTF-8, US-ASCII, ISO-8859-1, UTF-16, UTF-16BE, UTF-16LE. A leading
/// byte order mark is dropped. nullopt with a note when the encoding is unknown here or the bytes do not fit it.
std::optional<std::string> decode_tag_text(std::string_view bytes, std::string_view encoding, Notes& notes);

struct InfoElement
{
    std::string label;
    std::string value;
};
/// bag-info.txt (package-info.txt before 0.96), folded lines joined by one space.
std::vector<InfoElement> parse_info(std::string_view text, Version version, Notes& notes);

/// Payload-Oxum: bytes and number of payload files.
struct Oxum
{
    std::uint64_t bytes = 0;
    std::uint64_t files = 0;
    bool operator==(const Oxum&) const = default;
};
std::optional<Oxum> parse_oxum(std::string_view value);

struct ManifestLine
{
    std::string digest; ///< lower-case hex
    std::string path;   ///< as written, still percent-encoded
};
/// manifest-*.txt and tagmanifest-*.txt; the asterisk of `md5sum -b` is dropped with a warning.
std::vector<ManifestLine> parse_manifest(std::string_view text, Notes& notes);
/// One line, percent-encoded as RFC 8493 §2.1.3 asks; `sha256sum -c` reads it when the path needed no encoding.
std::string manifest_line(std::string_view digest, std::string_view path);

struct FetchLine
{
    std::string url;
    std::optional<std::uint64_t> length;
    std::string path;
};
std::vector<FetchLine> parse_fetch(std::string_view text, Notes& notes);

/// True when a path leads, or on some system would lead, out of the folder it is taken in: `..`, absolute paths, drive
/// letters, backslashes, `~`, `%VARIABLE%`, a NUL byte.
bool leads_outside(std::string_view path);
/// Without empty and `.` parts: `./data//a` is `data/a`.
std::string normal_path(std::string_view path);

/// CR, LF and % as %0D, %0A, %25: all that RFC 8493 encodes.
std::string percent_encode(std::string_view path);
/// The reverse; other escapes stay as they are.
std::string percent_decode(std::string_view path);
/// Every %XX decoded: what a less careful reader would open.
std::string percent_decode_all(std::string_view path);

/// Equal for paths that a file system without case, or with another Unicode normalisation, cannot tell apart.
std::string case_key(std::string_view path);

/// "sha256" of "manifest-sha256.txt" with prefix "manifest-"; lower case without punctuation; nullopt for another name.
std::optional<std::string> algorithm_of(std::string_view file_name, std::string_view prefix);

} // namespace vtlt::export_::bag
