// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/index_upkeep.h"
#include "app/jobs/kinds.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/services/actors.h>
#include <vtlt/core/services/record_sets.h>
#include <vtlt/indexer/searcher.h>

#include <algorithm>
#include <array>

namespace vtlt::app {

namespace {

struct ProfileRow
{
    std::string_view name;
    export_::Profile profile;
};

constexpr std::array kProfiles{ProfileRow{"inspection", export_::Profile::inspection},
                               ProfileRow{"bagit", export_::Profile::bagit}};

Selection dossier_documents(const OpenHouse& house, const auth::Actor& actor, const std::string& name)
{
    constexpr auto action = auth::Action::document_export;
    auto tx = house.archive->database().read();
    const auto dossier = catalog::get_dossier(tx, auth::reach_of(actor, auth::Action::dossier_read), name);
    Selection selected;
    std::uint64_t told = 0;
    for (const auto& view : catalog::list_views(tx, catalog::list_dossier_documents(tx, dossier.id))) {
        const auto target = catalog::target_of(view.document);
        if (auth::is_allowed(actor, action, target)) {
            selected.documents.push_back(view.document.id);
        } else if (auth::is_told(actor, action, target)) {
            ++told;
        }
    }
    if (!auth::told_reach(actor, action).is_nothing()) {
        selected.excluded = told;
    }
    return selected;
}

Json query_json(const Clock& clock, const auth::Actor& actor, const PackageWish& wish, const Selection& selected)
{
    return {{"format_version", 1},
            {"query", json_or_null(wish.query)},
            {"dossier", json_or_null(wish.dossier)},
            {"record_set", json_or_null(wish.set)},
            {"relaxed", wish.relaxed},
            {"asked_by", actor.name},
            {"asked_at", format_instant(clock.now())},
            {"count", selected.documents.size()},
            {"excluded", json_or_null(selected.excluded)}};
}

std::string title_of(const OpenHouse& house, const auth::Actor& actor, const PackageWish& wish)
{
    if (!wish.set.empty()) {
        return services::get_record_set(*house.archive, actor, wish.set).set.title;
    }
    return wish.dossier.empty() ? wish.query : wish.dossier;
}

PackageWish wish_of(const Json& request)
{
    return {.query = request.value("query", std::string{}),
            .dossier = request.value("dossier", std::string{}),
            .set = request.value("record_set", std::string{}),
            .profile = request.value("profile", std::string{"inspection"}),
            .relaxed = request.value("relaxed", false)};
}

export_::PackageResult write(const OpenHouse& house, const Clock& clock, const std::vector<DocumentId>& documents,
                             const export_::PackageRequest& request, jobs::JobContext& context)
{
    return export_::write_package(
        house.archive->database(), house.archive->home(), clock, documents, request,
        [&](const export_::PackageProgress& now) {
            context.check();
            context.progress({.items_done = now.files, .items_total = now.files_total, .bytes_done = now.bytes});
        });
}

jobs::Ending make_package(const OpenHouse& house, const Clock& clock, jobs::JobContext& context)
{
    const auto& actor = context.actor();
    const auto wish = wish_of(context.request());
    auth::authorize_somewhere(actor, auth::Action::document_export);
    const auto selected = select_documents(house, actor, wish);
    const auto& documents = selected.documents;
    if (documents.empty()) {
        throw Error{Kind::not_found, "export.no_documents"};
    }
    const auto folder = house.archive->home().exports() / context.job().uid;
    const auto out = folder / context.request().value("name", std::string{"package.zip"});
    // A run that was cut off after the name appeared: made again, so that what is told is what was looked at now.
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    {
        auto tx = house.archive->database().write();
        jobs::put_documents(tx, context.job().id, documents);
        record_package_requested(tx, clock, actor, context.job().uid, wish, documents);
        tx.commit();
    }
    auto request = package_request(house, clock, actor, wish, selected, out,
                                   context.request().value("language", std::string{"vi"}));
    request.before_publish = [&] {
        require_still_allowed(*house.archive, services::actor_now(*house.archive, clock, actor), context.job().id);
    };
    const auto result = write(house, clock, documents, request, context);
    auto tx = house.archive->database().write();
    record_package_exported(tx, clock, actor, context.job().uid, wish, result);
    jobs::Ending ending{.outcome = jobs::Outcome::done,
                        .result = package_result_json(result, selected.excluded, out.filename())};
    context.finish(tx, ending);
    tx.commit();
    return ending;
}

} // namespace

export_::Profile profile_of(const std::string& name)
{
    const auto row = std::ranges::find(kProfiles, name, &ProfileRow::name);
    if (row == kProfiles.end()) {
        throw Error{Kind::invalid, "export.profile", {{"value", name}}};
    }
    return row->profile;
}

Selection select_documents(const OpenHouse& house, const auth::Actor& actor, const PackageWish& wish)
{
    if (!wish.dossier.empty()) {
        return dossier_documents(house, actor, wish.dossier);
    }
    constexpr auto action = auth::Action::document_export;
    if (!wish.set.empty()) {
        return {.documents = services::record_set_documents(*house.archive, actor, wish.set, action)};
    }
    const auto reach = auth::reach_of(actor, action);
    const auto told = auth::told_reach(actor, action);
    house.index->catch_up();
    return with_sound_index([&] { house.index->rebuild(); },
                            [&] {
                                indexer::Searcher searcher{house.archive->home(), house.archive->database()};
                                return Selection{.documents =
                                                     searcher.matching_documents(wish.query, reach, wish.relaxed),
                                                 .excluded = searcher.count_excluded(wish.query, told)};
                            });
}

export_::PackageRequest package_request(const OpenHouse& house, const Clock& clock, const auth::Actor& actor,
                                        const PackageWish& wish, const Selection& selected,
                                        const std::filesystem::path& out, const std::string& language)
{
    // What the package proves is proven under a checkpoint that covers its documents.
    audit::write_checkpoint(house.archive->home(), house.archive->database(), clock);
    return {.profile = profile_of(wish.profile),
            .out = out,
            .query_json = query_json(clock, actor, wish, selected).dump(2) + "\n",
            .asked_by = actor.name,
            .title = title_of(house, actor, wish),
            .with_proofs = auth::is_allowed(actor, auth::Action::audit_read, {}),
            .language = language};
}

void require_still_allowed(services::Archive& archive, const auth::Actor& actor, JobId job)
{
    auto tx = archive.database().read();
    if (!jobs::are_documents_reached(tx, job, auth::reach_of(actor, auth::Action::document_export))) {
        throw Error{Kind::conflict, "export.no_longer_allowed"};
    }
}

void record_package_requested(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const Uid& job,
                              const PackageWish& wish, std::span<const DocumentId> documents)
{
    const auto grades = catalog::list_grades(tx, documents);
    const auto highest = grades.empty() ? Secrecy::open : *std::ranges::max_element(grades);
    audit::record_event(tx, clock, actor,
                        {"package.requested",
                         job,
                         {{"documents", documents.size()},
                          {"query", wish.query},
                          {"dossier", wish.dossier},
                          {"record_set", wish.set},
                          {"profile", wish.profile},
                          {"secrecy", secrecy_name(highest)}}});
}

void record_package_exported(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const Uid& job,
                             const PackageWish& wish, const export_::PackageResult& result)
{
    audit::record_event(tx, clock, actor,
                        {"package.exported",
                         job,
                         {{"documents", result.documents},
                          {"files", result.files},
                          {"bytes", result.bytes},
                          {"sha256", result.sha256},
                          {"manifest_sha256", result.manifest_sha256},
                          {"query", wish.query},
                          {"dossier", wish.dossier},
                          {"record_set", wish.set},
                          {"profile", wish.profile},
                          {"secrecy", secrecy_name(result.highest)}}});
}

Json package_result_json(const export_::PackageResult& result, std::optional<std::uint64_t> excluded,
                         const std::filesystem::path& out)
{
    return {{"path", out.native()},
            {"documents", result.documents},
            {"excluded", json_or_null(excluded)},
            {"files", result.files},
            {"bytes", result.bytes},
            {"sha256", result.sha256},
            {"manifest_sha256", result.manifest_sha256},
            {"secrecy", secrecy_name(result.highest)}};
}

jobs::Work package_work(OpenHouse house, const Clock& clock)
{
    return
        [house = std::move(house), &clock](jobs::JobContext& context) { return make_package(house, clock, context); };
}

} // namespace vtlt::app
