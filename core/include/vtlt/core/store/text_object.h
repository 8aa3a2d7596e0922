// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The text of one file as one object: see docs/format.md, "Text object". `zcat` reads it.
namespace vtlt::store {

/// What is written: a page, or a block of a format without pages.
struct TextBlock
{
    std::optional<int> page;
    std::string_view text;
};

/// Bytes of a text object. Deterministic: the same blocks give the same bytes.
std::string encode_text_object(const std::vector<TextBlock>& blocks);

/// Reads single blocks without unpacking the rest. Not thread-safe.
class TextObject
{
public:
    /// Throws Kind::corrupt `text_object.damaged`.
    explicit TextObject(const std::filesystem::path& path);
    ~TextObject();
    TextObject(TextObject&&) noexcept;

    std::size_t size() const;
    std::optional<int> page(std::size_t block) const;
    /// Words (text::tokenize) in the blocks before this one: the position of a block's first word in the index.
    std::uint32_t first_token(std::size_t block) const;
    std::uint32_t token_count() const;
    std::string block(std::size_t block) const;
    /// Blocks joined; U+000C between pages (nothing between blocks without pages).
    std::string whole() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace vtlt::store
