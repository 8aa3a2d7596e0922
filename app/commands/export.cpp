// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/again.h"
#include "app/command_parts.h"
#include "app/index_upkeep.h"
#include "app/jobs/kinds.h"
#include "app/words.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>

#include <CLI/CLI.hpp>

#include <optional>

namespace vtlt::app {

namespace {

struct Options
{
    std::string query;
    std::string dossier;
    std::string set;
    std::filesystem::path to;
    std::string profile = "inspection";
    bool relaxed = false;

    PackageWish wish() const
    {
        return {.query = query, .dossier = dossier, .set = set, .profile = profile, .relaxed = relaxed};
    }
};

struct Interrupted
{};

export_::PackageResult write(const Context& context, services::Archive& archive, jobs::JobContext& job,
                             const std::vector<DocumentId>& documents, const export_::PackageRequest& request)
{
    ProgressLine progress{context, "export.progress"};
    std::optional<ProgressLine> printing;
    return export_::write_package(
        archive.database(), archive.home(), context.clock(), documents, request,
        [&](const export_::PackageProgress& now) {
            if (context.stop() || job.stop_flag()) {
                throw Interrupted{};
            }
            job.progress({.items_done = now.files, .items_total = now.files_total, .bytes_done = now.bytes});
            if (now.rows == 0) {
                progress.show(now.files, now.files_total, now.bytes);
                return;
            }
            if (!printing) {
                printing.emplace(context, "export.register_progress");
            }
            printing->show(now.rows, now.rows_total, now.bytes);
        });
}

/// Everything that can be refused before the archive is opened.
void check_options(const Context& context, const Options& options)
{
    if (int{options.query.empty()} + int{options.dossier.empty()} + int{options.set.empty()} != 2) {
        throw Error{Kind::invalid, "export.query_or_dossier"};
    }
    profile_of(options.profile);
    const auto typed = context.typed_path(options.to.native());
    if (options.to.extension() != ".zip" && options.to.extension() != ".tar") {
        throw Error{Kind::invalid, "export.format", {{"path", typed}}};
    }
    if (std::filesystem::exists(std::filesystem::symlink_status(options.to))) {
        throw Error{Kind::conflict, "export.exists", {{"path", typed}}};
    }
}

/// Where the package will be, as the person knows it: a forwarded command has a descriptor's name for it.
std::filesystem::path known_path(const Context& context, const Options& options)
{
    return std::filesystem::absolute(context.typed_path(options.to.native()));
}

/// Whoever is killed between the package's appearance and its last event has left "package.requested".
jobs::Job start_job(const Context& context, services::Archive& archive, const Options& options,
                    const std::vector<DocumentId>& documents)
{
    auto tx = archive.database().write();
    auto job = jobs::start_or_resume(tx, context.clock(), context.actor(), "export",
                                     to_line({{"query", options.query},
                                              {"dossier", options.dossier},
                                              {"record_set", options.set},
                                              {"to", known_path(context, options).native()},
                                              {"profile", options.profile},
                                              {"relaxed", options.relaxed}}));
    record_package_requested(tx, context.clock(), context.actor(), job.uid, options.wish(), documents);
    jobs::put_documents(tx, job.id, documents);
    tx.commit();
    return job;
}

void end_job(services::Archive& archive, jobs::JobContext& job, const jobs::Ending& ending)
{
    auto tx = archive.database().write();
    job.finish(tx, ending);
    jobs::mark_reported(tx, job.job().id);
    tx.commit();
}

void finish_job(const Context& context, services::Archive& archive, const Options& options, jobs::JobContext& job,
                const export_::PackageResult& result, const Selection& selected)
{
    auto tx = archive.database().write();
    record_package_exported(tx, context.clock(), context.actor(), job.job().uid, options.wish(), result);
    job.finish(tx, {.outcome = jobs::Outcome::done,
                    .result = package_result_json(result, selected.excluded, context.typed_path(options.to.native()))});
    jobs::mark_reported(tx, job.job().id);
    tx.commit();
}

void print_result(const Context& context, const Options& options, const export_::PackageResult& result,
                  const Selection& selected)
{
    const auto path = context.typed_path(options.to.native());
    if (context.json) {
        Json json{{"format_version", 1}};
        json.update(package_result_json(result, selected.excluded, path));
        context.print_json(json);
        return;
    }
    context.print_line(counted(context, "export.done", result.documents,
                               {{"path", path},
                                {"documents", std::to_string(result.documents)},
                                {"bytes", std::to_string(result.bytes)},
                                {"sha256", result.sha256}}));
    say_excluded(context, selected.excluded);
}

int run_export(const Context& context, const Options& options)
{
    check_options(context, options);
    const auto house = context.open_house();
    auto& archive = *house.archive;
    auth::authorize_somewhere(context.actor(), auth::Action::document_export);
    const auto selected = select_documents(house, context.actor(), options.wish());
    const auto& documents = selected.documents;
    if (documents.empty()) {
        throw Error{Kind::not_found, "export.no_documents"};
    }
    watch_interrupts();
    auto request = package_request(house, context.clock(), context.actor(), options.wish(), selected, options.to,
                                   std::string{webui::kLanguageNames[static_cast<std::size_t>(context.language)]});
    jobs::JobContext job{archive.database(), context.clock(), start_job(context, archive, options, documents)};
    request.before_publish = [&] { require_still_allowed(archive, context.actor_now(archive), job.job().id); };
    export_::PackageResult result;
    try {
        result = write(context, archive, job, documents, request);
    } catch (const Interrupted&) {
        if (job.is_cancelled()) {
            end_job(archive, job, {.outcome = jobs::Outcome::cancelled});
        }
        context.say(context.text("cli", "export.interrupted"));
        return kExitInterrupted;
    } catch (const Error& error) {
        end_job(archive, job,
                {.outcome = jobs::Outcome::failed, .error_code = error.code(), .error_fields = error.fields()});
        throw;
    }
    finish_job(context, archive, options, job, result, selected);
    print_result(context, options, result, selected);
    return kExitOk;
}

} // namespace

int export_again(const Context& context, std::string_view request)
{
    const auto json = parse_json(request);
    return run_export(context, {.query = json.value("query", std::string{}),
                                .dossier = json.value("dossier", std::string{}),
                                .set = json.value("record_set", std::string{}),
                                .to = json.value("to", std::string{}),
                                .profile = json.value("profile", std::string{"inspection"}),
                                .relaxed = json.value("relaxed", false)});
}

void add_export(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    auto* command = add_command(
        app, context, "export", [&context, options] { return run_export(context, *options); },
        [&context, options] { context.takes_path(PathUse::output, options->to); });
    command->add_option("--query", options->query, context.help("export.query"));
    command->add_option("--dossier", options->dossier, context.help("export.dossier"));
    command->add_option("--set", options->set, context.help("export.set"));
    command->add_option("--to", options->to, context.help("export.to"))->required();
    command->add_option("--profile", options->profile, context.help("export.profile"));
    command->add_flag("--relaxed", options->relaxed, context.help("export.relaxed"));
}

} // namespace vtlt::app
