// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "source.h"
#include "xml_reader.h"
#include "zip_file.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::extract {

/// All parts of one office file together may unpack to so much; a lifelike file of 50 MB stays far below.
inline constexpr std::uint64_t kOfficeBudget = std::uint64_t{512} << 20;
/// Lists that are held in memory: parts, styles, relations.
inline constexpr std::size_t kSmallPart = std::size_t{8} << 20;

/// The zip of an office file with what its parts share.
class OfficeFile
{
public:
    /// Throws Verdict{damaged} when the zip cannot be read.
    explicit OfficeFile(const Source& source);

    /// The part whose content type ends in one of the "….main+xml" words; `usual` when the list of types names none.
    std::string main_part(std::string_view type_word, std::string_view usual) const;
    bool has(std::string_view part) const { return zip_.find(part) != nullptr; }
    /// Names of parts that begin so, in natural order of their numbers: sheet2 before sheet10.
    std::vector<std::string> parts(std::string_view prefix) const;
    /// True when pictures lie in the part's folder.
    bool has_media(std::string_view folder) const;
    /// Throws Verdict{damaged} for a missing part.
    ZipStream open(std::string_view part) const;

    struct Relation
    {
        std::string id;
        std::string target; ///< resolved against the part's folder
    };
    /// What `part` refers to.
    std::vector<Relation> relations(std::string_view part) const;

private:
    const Source& source_;
    mutable UnpackBudget budget_{kOfficeBudget};
    ZipFile zip_;
};

/// The folder of a part with its slash: "word/" of "word/document.xml".
std::string folder_of(std::string_view part);

/// A reader over a part; the stream must outlive it.
inline XmlReader xml_of(ZipStream& stream)
{
    return XmlReader{[&stream](char* buffer, std::size_t size) { return stream.read(buffer, size); }};
}

} // namespace vtlt::extract
