// SPDX-License-Identifier: GPL-3.0-or-later
// The texts and paths of a bag, from bytes that anybody may have written. The first byte chooses what the rest is taken
// for.
#include <vtlt/core/base/text.h>
#include <vtlt/core/export/bag_text.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace bag = vtlt::export_::bag;

namespace {

/// Not `ensure`: the fuzzer wants a crash, not an exception that somebody could catch.
void must(bool condition)
{
    if (!condition) {
        __builtin_trap();
    }
}

bool is_hex(std::string_view digest)
{
    return std::ranges::all_of(digest, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool has_line_end(std::string_view text)
{
    return text.find_first_of("\r\n") != std::string_view::npos;
}

void check_path(std::string_view path)
{
    const auto encoded = bag::percent_encode(path);
    must(!has_line_end(encoded));
    must(bag::percent_decode(encoded) == path);
    must(bag::percent_decode_all(encoded) == path);
    const auto normal = bag::normal_path(path);
    must(bag::normal_path(normal) == normal);
    must(normal.size() <= path.size());
    if (!bag::leads_outside(path)) {
        const std::filesystem::path inside{std::string{path}};
        must(inside.is_relative());
        const auto lexical = inside.lexically_normal();
        must(lexical.empty() || *lexical.begin() != "..");
        must(normal.empty() || !bag::leads_outside("data/" + normal));
    }
    const auto key = bag::case_key(path);
    must(bag::case_key(key) == key);
    must(vtlt::text::is_utf8(key));
}

void check_declaration(std::string_view bytes)
{
    bag::Notes notes;
    const auto declaration = bag::parse_declaration(bytes, notes);
    must(declaration.version >= bag::kOldest && declaration.version <= bag::kNewest);
    must(!declaration.encoding.empty() && !has_line_end(declaration.encoding));
    bag::Notes again;
    if (const auto text = bag::decode_tag_text(bytes, declaration.encoding, again)) {
        must(vtlt::text::is_utf8(*text));
    } else {
        must(!again.empty());
    }
}

void check_info(std::string_view text)
{
    for (const auto version : {bag::kOldest, bag::kNewest}) {
        bag::Notes notes;
        for (const auto& element : bag::parse_info(text, version, notes)) {
            must(!element.label.empty() && element.label.find(':') == std::string::npos);
            must(!has_line_end(element.label) && !has_line_end(element.value));
            if (const auto oxum = bag::parse_oxum(element.value)) {
                must(bag::parse_oxum(std::to_string(oxum->bytes) + "." + std::to_string(oxum->files)) == oxum);
            }
        }
    }
}

void check_manifest(std::string_view text)
{
    bag::Notes notes;
    for (const auto& line : bag::parse_manifest(text, notes)) {
        must(!line.digest.empty() && is_hex(line.digest));
        must(!line.path.empty() && !has_line_end(line.path));
        check_path(line.path);
        bag::Notes none;
        const auto path = bag::percent_decode(line.path);
        // What we write we read, unless the path begins like the mark of `md5sum -b` or like our own separator.
        if (std::string_view{" \t*"}.find(path.front()) == std::string_view::npos) {
            const auto again = bag::parse_manifest(bag::manifest_line(line.digest, path), none);
            must(again.size() == 1 && none.empty());
            must(again.front().digest == line.digest && bag::percent_decode(again.front().path) == path);
        }
    }
}

void check_fetch(std::string_view text)
{
    bag::Notes notes;
    for (const auto& line : bag::parse_fetch(text, notes)) {
        must(!line.url.empty() && !line.path.empty());
        check_path(line.path);
    }
}

void check_encodings(std::string_view bytes)
{
    constexpr std::array<std::string_view, 6> kNames{"UTF-8",  "US-ASCII", "ISO-8859-1",
                                                     "UTF-16", "UTF-16BE", "UTF-16LE"};
    for (const auto name : kNames) {
        bag::Notes notes;
        const auto text = bag::decode_tag_text(bytes, name, notes);
        must(text.has_value() == notes.empty());
        must(!text || vtlt::text::is_utf8(*text));
    }
}

void check_name(std::string_view bytes)
{
    if (const auto algorithm = bag::algorithm_of(bytes, "manifest-")) {
        must(!algorithm->empty());
    }
}

constexpr std::array<void (*)(std::string_view), 7> kChecks{
    check_declaration, check_info, check_manifest, check_fetch, check_path, check_encodings, check_name};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size > 0) {
        kChecks[data[0] % kChecks.size()]({reinterpret_cast<const char*>(data) + 1, size - 1});
    }
    return 0;
}
