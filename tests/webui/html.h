// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::webui::testing {

struct Tag
{
    std::string name;
    bool closing = false;
    std::map<std::string, std::string> attributes; ///< as written, references not resolved

    std::optional<std::string> find(const std::string& attribute) const
    {
        const auto found = attributes.find(attribute);
        return found == attributes.end() ? std::nullopt : std::optional{found->second};
    }
};

/// The tags of a page in order. A page of ours is written so that this small reader is enough: attribute values are
/// quoted, no comments, no `<` in scripts (there are none).
std::vector<Tag> read_tags(std::string_view page);
/// What opens and does not close, or closes what is not open; empty when all is well.
std::string first_unbalanced(const std::vector<Tag>& tags);

} // namespace vtlt::webui::testing
