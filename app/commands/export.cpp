// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/index_upkeep.h"
#include "app/words.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/export/package_writer.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/indexer/searcher.h>

#include <CLI/CLI.hpp>

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

struct Options
{
    std::string query;
    std::string dossier;
    std::filesystem::path to;
    std::string profile = "inspection";
    bool relaxed = false;
};

export_::Profile profile_of(const std::string& name)
{
    const auto row = std::ranges::find(kProfiles, name, &ProfileRow::name);
    if (row == kProfiles.end()) {
        throw Error{Kind::invalid, "export.profile", {{"value", name}}};
    }
    return row->profile;
}

std::vector<DocumentId> dossier_documents(const Context& context, services::Archive& archive, const std::string& name)
{
    auto tx = archive.database().read();
    const auto dossier = catalog::get_dossier(tx, name);
    auth::authorize(context.actor(), auth::Action::dossier_read, {.secrecy = dossier.secrecy, .unit = dossier.unit});
    std::vector<DocumentId> allowed;
    for (const auto& view : catalog::list_views(tx, catalog::list_dossier_documents(tx, dossier.id))) {
        const auto& document = view.document;
        if (auth::is_allowed(context.actor(), auth::Action::document_export,
                             {.secrecy = document.secrecy, .unit = document.unit})) {
            allowed.push_back(document.id);
        }
    }
    return allowed;
}

/// The documents asked for, those the asker may take. Joining a query to a set happens here (decisions.md, "Rooms").
std::vector<DocumentId> select_documents(const Context& context, const OpenHouse& house, const Options& options)
{
    auto& archive = *house.archive;
    const auto bands = auth::readable_bands(context.actor());
    if (!options.dossier.empty()) {
        return dossier_documents(context, archive, options.dossier);
    }
    house.index->catch_up();
    return with_sound_index([&] { house.index->rebuild(); },
                            [&] {
                                indexer::Searcher searcher{archive.home(), archive.database()};
                                return searcher.matching_documents(options.query, bands, options.relaxed);
                            });
}

Json query_json(const Context& context, const Options& options, std::size_t count)
{
    return {{"format_version", 1},
            {"query", json_or_null(options.query)},
            {"dossier", json_or_null(options.dossier)},
            {"relaxed", options.relaxed},
            {"asked_by", context.actor().name},
            {"asked_at", format_instant(context.clock().now())},
            {"count", count},
            {"excluded", nullptr}};
}

export_::PackageRequest make_request(const Context& context, services::Archive& archive, const Options& options,
                                     std::size_t count)
{
    auto tx = archive.database().read();
    const auto checkpoint = audit::current_checkpoint(tx);
    return {
        .profile = profile_of(options.profile),
        .out = options.to,
        .query_json = query_json(context, options, count).dump(2) + "\n",
        .asked_by = context.actor().name,
        .title = options.dossier.empty() ? options.query : options.dossier,
        .audit_json =
            Json{{"format_version", 1}, {"checkpoint", {{"size", checkpoint.size}, {"root", checkpoint.root}}}}.dump(
                2) +
            "\n",
        .language = std::string{webui::kLanguageNames[static_cast<std::size_t>(context.language)]}};
}

struct Interrupted
{};

export_::PackageResult write(const Context& context, services::Archive& archive,
                             const std::vector<DocumentId>& documents, const export_::PackageRequest& request)
{
    ProgressLine progress{context, "export.progress"};
    return export_::write_package(archive.database(), archive.home(), context.clock(), documents, request,
                                  [&](const export_::PackageProgress& now) {
                                      if (context.stop()) {
                                          throw Interrupted{};
                                      }
                                      progress.show(now.files, now.files_total, now.bytes);
                                  });
}

/// Everything that can be refused before the archive is opened.
void check_options(const Options& options)
{
    if (options.query.empty() == options.dossier.empty()) {
        throw Error{Kind::invalid, "export.query_or_dossier"};
    }
    profile_of(options.profile);
    if (options.to.extension() != ".zip" && options.to.extension() != ".tar") {
        throw Error{Kind::invalid, "export.format", {{"path", options.to.native()}}};
    }
    if (std::filesystem::exists(std::filesystem::symlink_status(options.to))) {
        throw Error{Kind::conflict, "export.exists", {{"path", options.to.native()}}};
    }
}

/// Whoever is killed between the package's appearance and its last event has left "package.requested".
jobs::Job start_job(const Context& context, services::Archive& archive, const Options& options, std::size_t documents)
{
    auto tx = archive.database().write();
    auto job = jobs::start_or_resume(tx, context.clock(), "export",
                                     to_line({{"query", options.query},
                                              {"dossier", options.dossier},
                                              {"to", std::filesystem::absolute(options.to).native()},
                                              {"profile", options.profile}}));
    audit::record_event(tx, context.clock(), context.actor(),
                        {"package.requested",
                         job.uid,
                         {{"documents", documents},
                          {"query", options.query},
                          {"dossier", options.dossier},
                          {"profile", options.profile}}});
    tx.commit();
    return job;
}

void fail_job(const Context& context, services::Archive& archive, JobId job)
{
    auto tx = archive.database().write();
    jobs::finish(tx, context.clock(), job, jobs::Outcome::failed);
    jobs::mark_reported(tx, job);
    tx.commit();
}

void finish_job(const Context& context, services::Archive& archive, const Options& options, const jobs::Job& job,
                const export_::PackageResult& result)
{
    auto tx = archive.database().write();
    audit::record_event(tx, context.clock(), context.actor(),
                        {"package.exported",
                         job.uid,
                         {{"documents", result.documents},
                          {"files", result.files},
                          {"bytes", result.bytes},
                          {"sha256", result.sha256},
                          {"manifest_sha256", result.manifest_sha256},
                          {"query", options.query},
                          {"dossier", options.dossier},
                          {"profile", options.profile}}});
    jobs::finish(tx, context.clock(), job.id, jobs::Outcome::done);
    jobs::mark_reported(tx, job.id);
    tx.commit();
}

void print_result(const Context& context, const Options& options, const export_::PackageResult& result)
{
    if (context.json) {
        context.print_json({{"format_version", 1},
                            {"path", options.to.native()},
                            {"documents", result.documents},
                            {"files", result.files},
                            {"bytes", result.bytes},
                            {"sha256", result.sha256},
                            {"manifest_sha256", result.manifest_sha256},
                            {"secrecy", secrecy_name(result.highest)}});
        return;
    }
    context.print_line(counted(context, "export.done", result.documents,
                               {{"path", options.to.native()},
                                {"documents", std::to_string(result.documents)},
                                {"bytes", std::to_string(result.bytes)},
                                {"sha256", result.sha256}}));
}

int run_export(const Context& context, const Options& options)
{
    check_options(options);
    const auto house = context.open_house();
    auto& archive = *house.archive;
    auth::authorize(context.actor(), auth::Action::document_export, {});
    const auto documents = select_documents(context, house, options);
    if (documents.empty()) {
        throw Error{Kind::not_found, "export.no_documents"};
    }
    watch_interrupts();
    const auto request = make_request(context, archive, options, documents.size());
    const auto job = start_job(context, archive, options, documents.size());
    export_::PackageResult result;
    try {
        result = write(context, archive, documents, request);
    } catch (const Interrupted&) {
        context.say(context.text("cli", "export.interrupted"));
        return kExitInterrupted;
    } catch (const Error&) {
        fail_job(context, archive, job.id);
        throw;
    }
    finish_job(context, archive, options, job, result);
    print_result(context, options, result);
    return kExitOk;
}

} // namespace

void add_export(CLI::App& app, Context& context)
{
    auto* command = app.add_subcommand("export", context.help("export"));
    auto options = std::make_shared<Options>();
    command->add_option("--query", options->query, context.help("export.query"));
    command->add_option("--dossier", options->dossier, context.help("export.dossier"));
    command->add_option("--to", options->to, context.help("export.to"))->required();
    command->add_option("--profile", options->profile, context.help("export.profile"));
    command->add_flag("--relaxed", options->relaxed, context.help("export.relaxed"));
    command->callback(
        [&context, options] { context.command = [&context, options] { return run_export(context, *options); }; });
}

} // namespace vtlt::app
