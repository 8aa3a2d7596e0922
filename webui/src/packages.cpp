// SPDX-License-Identifier: GPL-3.0-or-later
#include "packages.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/jobs.h>
#include <vtlt/core/services/record_sets.h>
#include <vtlt/webui/http/conditional.h>

#include <algorithm>
#include <array>
#include <bit>
#include <fcntl.h>

namespace vtlt::webui {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::array<std::string_view, 2> kProfiles{"inspection", "bagit"};
constexpr std::array<std::string_view, 2> kFormats{"zip", "tar"};

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}

Secrecy highest_of(const Call& call, std::span<const DocumentId> documents)
{
    auto tx = call.archive().database().read();
    auto highest = Secrecy::open;
    for (const auto& view : catalog::list_views(tx, documents)) {
        highest = std::max(highest, view.document.secrecy);
    }
    return highest;
}

/// What the source gives; of a query also how many it leaves out, where that may be told.
std::pair<std::vector<DocumentId>, std::optional<std::uint64_t>>
find_documents(const Call& call, const PackageSource& source, const auth::Reach& reach, const auth::Reach& told)
{
    if (!source.set.empty()) {
        return {services::record_set_documents(call.archive(), call.actor, source.set, auth::Action::document_export),
                std::nullopt};
    }
    const auto& asked = source.asked;
    return call.house.searchers.with([&](indexer::Searcher& searcher) {
        return std::pair{searcher.matching_documents(asked.text(), reach, asked.relaxed),
                         searcher.count_excluded(asked.text(), told)};
    });
}

/// To some hundredths: who asks again and again must not see from it the size of what somebody else stores.
std::uint64_t room_on_disk(const fs::path& folder)
{
    const std::uint64_t exact = fs::space(folder).available;
    const auto grain = std::max<std::uint64_t>(std::bit_floor(exact) / 64, 1);
    return exact - exact % grain;
}

} // namespace

std::vector<std::pair<std::string_view, std::string>> PackageSource::parts() const
{
    return set.empty() ? asked.parts() : std::vector<std::pair<std::string_view, std::string>>{{"set", set}};
}

PackageSource package_source(const Call& call)
{
    const auto set = call.field("set");
    return {.asked = asked_query(call), .set = set.empty() ? call.query("set") : set};
}

Preflight preflight(const Call& call, const PackageSource& source)
{
    const auto reach = auth::reach_of(call.actor, auth::Action::document_export);
    const auto told = auth::told_reach(call.actor, auth::Action::document_export);
    const auto [documents, excluded] = find_documents(call, source, reach, told);
    Preflight answer{.estimate = export_::estimate_package(call.archive().database(), documents),
                     .free_bytes = room_on_disk(call.archive().home().root()),
                     .excluded = excluded};
    // The grade is told by the index where one band alone matches, else by the rows.
    answer.highest = reach.bands.size() == 1 ? reach.bands.front() : highest_of(call, documents);
    return answer;
}

std::string suggested_name(std::string_view words)
{
    std::string name;
    for (const auto& token : text::tokenize(words)) {
        if (name.size() + token.folded.size() > 60) {
            break;
        }
        name += (name.empty() ? "" : "-") + token.folded;
    }
    std::erase_if(name, [](char c) { return !is_name_character(c); });
    return name.empty() ? "tai-lieu" : name;
}

std::string suggested_name(const AskedQuery& asked)
{
    return suggested_name(asked.text());
}

void check_name(const std::string& name)
{
    if (name.empty() || name.size() > kLongestName || name.front() == '.' || name.back() == '.' ||
        !std::ranges::all_of(name, is_name_character)) {
        throw Error{Kind::invalid, "package.bad_name", {}, {{"/name", "package.bad_name", {}}}};
    }
}

Uid order_package(const Call& call, const PackageOrder& order, const std::string& repeat_key)
{
    auth::authorize_somewhere(call.actor, auth::Action::document_export);
    if (std::ranges::find(kProfiles, order.profile) == kProfiles.end()) {
        throw Error{Kind::invalid, "export.profile", {{"value", order.profile}}};
    }
    if (std::ranges::find(kFormats, order.format) == kFormats.end()) {
        throw Error{Kind::invalid, "export.format", {{"path", order.format}}};
    }
    if (int{order.query.empty()} + int{order.dossier.empty()} + int{order.set.empty()} != 2) {
        throw Error{Kind::invalid, "export.query_or_dossier"};
    }
    if (!order.set.empty()) {
        services::get_record_set(call.archive(), call.actor, order.set); // a job for one that is missing helps nobody
    }
    check_name(order.name);
    const auto made =
        services::create_job(call.archive(), call.clock(), call.actor,
                             {.kind = std::string{kExportJob},
                              .request = {{"name", order.name + "." + order.format},
                                          {"query", order.query},
                                          {"dossier", order.dossier},
                                          {"record_set", order.set},
                                          {"relaxed", order.relaxed},
                                          {"profile", order.profile},
                                          {"language", kLanguageNames[static_cast<std::size_t>(call.language)]}},
                              .repeat_key = repeat_key});
    call.house.services.jobs.wake();
    return made.uid;
}

jobs::Job get_package(const Call& call, const std::string& uid)
{
    try {
        auto job = services::get_job(call.archive(), call.actor, uid);
        if (job.kind == kExportJob) {
            return job;
        }
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) {
            throw;
        }
    }
    throw Error{Kind::not_found, "package.unknown"};
}

namespace {

std::optional<fs::path> made_file(const Call& call, const jobs::Job& package)
{
    const auto name = parse_json(package.request).value("name", std::string{});
    if (package.outcome != jobs::Outcome::done || name.empty()) {
        return std::nullopt; // made at the command line, to a place of its own
    }
    auto path = call.archive().home().exports() / package.uid / name;
    return fs::exists(path) ? std::optional{std::move(path)} : std::nullopt;
}

} // namespace

bool has_package_file(const Call& call, const jobs::Job& package)
{
    return services::may_take_result(call.actor, package) && made_file(call, package);
}

std::optional<fs::path> package_file(const Call& call, const jobs::Job& package)
{
    return services::may_take_result_now(call.archive(), call.actor, package) ? made_file(call, package) : std::nullopt;
}

http::Response send_package(Call& call)
{
    const auto package = get_package(call, call.value());
    const auto path = package_file(call, package);
    if (!path) {
        throw Error{Kind::not_found, "package.no_file"};
    }
    call.house.services.access.note_package(call.actor, package.uid);
    UniqueFd file{::open(path->c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.get() < 0) {
        throw_errno("open", path->native());
    }
    http::FileDescription description;
    description.name = path->filename().native();
    description.media_type = path->extension() == ".zip" ? "application/zip" : "application/x-tar";
    description.sha256 = parse_json(package.result).value("sha256", std::string{});
    description.size = fs::file_size(*path);
    auto response = http::send_file(call.request, std::move(file), description);
    response.headers.set("Cache-Control", "no-store");
    // As its documents are when it leaves, not only when it was asked for: a raised one raises the job at once.
    response.may_go_on = [&archive = call.archive(), actor = call.actor, uid = package.uid] {
        return services::may_take_result(actor, services::get_job(archive, actor, uid));
    };
    return response;
}

} // namespace vtlt::webui
