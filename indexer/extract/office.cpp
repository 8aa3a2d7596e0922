// SPDX-License-Identifier: GPL-3.0-or-later
#include "office.h"

#include "verdict.h"

#include <algorithm>
#include <utility>

namespace vtlt::extract {

namespace {

constexpr std::string_view kTypes = "[Content_Types].xml";

ZipFile open_zip(const Source& source)
{
    auto zip = ZipFile::open(source);
    if (!zip) {
        throw Verdict{Cause::damaged};
    }
    return std::move(*zip);
}

std::string resolve(std::string_view folder, std::string_view target)
{
    if (target.starts_with('/')) {
        return std::string{target.substr(1)};
    }
    auto base = std::string{folder};
    while (target.starts_with("../")) {
        target.remove_prefix(3);
        base.resize(base.empty() ? 0 : base.size() - 1);
        base = folder_of(base);
    }
    return base + std::string{target};
}

std::pair<std::string, unsigned long> natural(std::string_view name)
{
    const auto digits = std::find_if(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    unsigned long number = 0;
    for (auto at = digits; at != name.end() && *at >= '0' && *at <= '9' && number < 1'000'000'000; ++at) {
        number = number * 10 + static_cast<unsigned long>(*at - '0');
    }
    return {std::string{name.begin(), digits}, number};
}

} // namespace

std::string folder_of(std::string_view part)
{
    const auto slash = part.rfind('/');
    return slash == std::string_view::npos ? std::string{} : std::string{part.substr(0, slash + 1)};
}

OfficeFile::OfficeFile(const Source& source) : source_(source), zip_(open_zip(source)) {}

std::string OfficeFile::main_part(std::string_view type_word, std::string_view usual) const
{
    if (has(kTypes)) {
        auto stream = open(kTypes);
        auto xml = xml_of(stream);
        while (xml.next()) {
            if (xml.kind() != XmlReader::Kind::start || xml.name() != "Override") {
                continue;
            }
            const auto type = xml.attribute("ContentType").value_or("");
            auto part = xml.attribute("PartName").value_or("");
            if (type.find(type_word) != std::string::npos && type.find("main+xml") != std::string::npos && has(part)) {
                return part.starts_with('/') ? part.substr(1) : part;
            }
        }
    }
    return std::string{usual};
}

std::vector<std::string> OfficeFile::parts(std::string_view prefix) const
{
    std::vector<std::string> names;
    for (const auto& entry : zip_.entries()) {
        if (entry.name.starts_with(prefix) && entry.name.ends_with(".xml")) {
            names.push_back(entry.name);
        }
    }
    std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return natural(a) < natural(b); });
    return names;
}

bool OfficeFile::has_media(std::string_view folder) const
{
    const auto prefix = std::string{folder} + "media/";
    return std::any_of(zip_.entries().begin(), zip_.entries().end(),
                       [&](const ZipEntry& entry) { return entry.name.starts_with(prefix); });
}

ZipStream OfficeFile::open(std::string_view part) const
{
    const auto* entry = zip_.find(part);
    if (entry == nullptr) {
        throw Verdict{Cause::damaged};
    }
    return ZipStream{source_, *entry, budget_};
}

std::vector<OfficeFile::Relation> OfficeFile::relations(std::string_view part) const
{
    const auto folder = folder_of(part);
    const auto list = folder + "_rels/" + std::string{part.substr(folder.size())} + ".rels";
    std::vector<Relation> relations;
    if (!has(list)) {
        return relations;
    }
    auto stream = open(list);
    auto xml = xml_of(stream);
    while (xml.next()) {
        if (xml.kind() == XmlReader::Kind::start && xml.name() == "Relationship") {
            auto id = xml.attribute("Id").value_or("");
            relations.push_back({std::move(id), resolve(folder, xml.attribute("Target").value_or(""))});
        }
    }
    return relations;
}

} // namespace vtlt::extract
