// SPDX-License-Identifier: GPL-3.0-or-later
#include "packages.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/export/package_verifier.h>
#include <vtlt/core/services/jobs.h>
#include <vtlt/core/services/record_sets.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>
#include <vtlt/webui/shapes.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

constexpr std::size_t kShownPackages = 30;
constexpr std::uint64_t kMaxFormBytes = 100'000'000;

Json request_of(const jobs::Job& job)
{
    return parse_json(job.request);
}

Json result_of(const jobs::Job& job)
{
    return job.result.empty() ? Json::object() : parse_json(job.result);
}

std::string name_of(const jobs::Job& job)
{
    const auto request = request_of(job);
    auto name = request.value("name", std::string{});
    return name.empty() ? std::filesystem::path{request.value("to", job.uid)}.filename().native() : name;
}

Json grade_of(const Call& call, const Json& result)
{
    return secrecy_badge(call.language, secrecy_from_name(result.value("secrecy", "open")).value_or(Secrecy::open));
}

/// What somebody was told that his package leaves out; 0 also where he was told nothing.
std::uint64_t excluded_of(const Json& result)
{
    const auto found = result.find("excluded");
    return found != result.end() && found->is_number() ? found->get<std::uint64_t>() : 0;
}

std::string excluded_text(const Call& call, std::uint64_t excluded)
{
    return excluded > 0 ? count_text(call.language, "package_new.excluded", excluded) : std::string{};
}

Json package_row(const Call& call, const jobs::Job& job)
{
    const auto result = result_of(job);
    const auto path = "/packages/" + job.uid;
    return {{"href", path},
            {"name", name_of(job)},
            {"created_text", instant_text(job.created_at)},
            {"by", actor_title(call, job.actor.name)},
            {"count_text", result.contains("documents")
                               ? count_text(call.language, "count.documents", result["documents"].get<std::uint64_t>())
                               : std::string{}},
            {"bytes_text", result.contains("bytes") ? bytes_text(call.language, result["bytes"].get<std::uint64_t>())
                                                    : std::string{}},
            {"state", label(call.language, job_state(job))},
            {"secrecy", grade_of(call, result)},
            {"download", has_package_file(call, job) ? path + "/download" : std::string{}}};
}

http::Response show_packages(Call& call)
{
    auto found =
        services::list_jobs(call.archive(), call.actor,
                            {.kind = std::string{kExportJob}, .before = call.query("cursor")}, kShownPackages + 1);
    const bool more = found.size() > kShownPackages;
    if (more) {
        found.pop_back();
    }
    auto rows = Json::array();
    for (const auto& job : found) {
        rows.push_back(package_row(call, job));
    }
    const Json view{{"title", page_text(call.language, "nav.packages")},
                    {"packages", rows},
                    {"new", "/packages/new"},
                    {"verify", "/packages/verify"},
                    {"pages", pages_view("", call.query("cursor").empty() ? "" : "/packages",
                                         more ? link("/packages", {{"cursor", found.back().uid}}) : std::string{})}};
    return page(call, "packages", view, frame_of(call, "packages"));
}

// --- before it is made

Json source_view(const PackageSource& source, const std::string& set_title)
{
    if (source.is_empty()) {
        return nullptr;
    }
    auto fields = Json::array();
    for (const auto& [name, value] : source.parts()) {
        if (!value.empty()) {
            fields.push_back({{"name", name}, {"value", value}});
        }
    }
    if (!source.set.empty()) {
        return {{"q", ""}, {"text", set_title}, {"href", "/sets/" + source.set}, {"fields", fields}};
    }
    const auto& asked = source.asked;
    auto text = asked.q;
    if (!asked.from.empty() || !asked.to.empty()) {
        text += (text.empty() ? "" : " · ") + asked.from + " – " + asked.to;
    }
    return {{"q", asked.q}, {"text", text}, {"href", link("/search", asked.parts())}, {"fields", fields}};
}

Json facts(const Call& call, const Preflight& found)
{
    const auto language = call.language;
    const auto row = [&](const char* key, std::string value) {
        return Json{{"term", page_text(language, std::string{"package_new."} + key)}, {"value", std::move(value)}};
    };
    const auto number = [&](std::uint64_t value) { return number_text(language, static_cast<std::int64_t>(value)); };
    const auto grade = found.highest == Secrecy::open ? page_text(language, "secrecy.open")
                                                      : message(language, "secrecy", secrecy_name(found.highest));
    return {row("documents", number(found.estimate.documents)), row("files", number(found.estimate.files)),
            row("size", bytes_text(language, found.estimate.bytes)),
            row("free", bytes_text(language, found.free_bytes)), row("grade", grade)};
}

Json profiles(const Call& call, const std::string& chosen)
{
    auto rows = Json::array();
    for (const auto* value : {"inspection", "bagit"}) {
        const auto key = std::string{"package.profile_"} + value;
        rows.push_back({{"id", std::string{"profile-"} + value},
                        {"value", value},
                        {"text", page_text(call.language, key)},
                        {"hint", page_text(call.language, key + "_hint")},
                        {"checked", chosen == value}});
    }
    return rows;
}

struct PackageForm
{
    std::string name;
    std::string profile = "inspection";
    std::string name_error;
};

http::Response package_new_page(const Call& call, const PackageSource& source, const PackageForm& form,
                                int status = 200)
{
    const bool has_source = !source.is_empty();
    const auto found = has_source ? preflight(call, source) : Preflight{};
    const auto set_title =
        source.set.empty() ? std::string{} : services::get_record_set(call.archive(), call.actor, source.set).set.title;
    const auto name = source.set.empty() ? suggested_name(source.asked) : suggested_name(set_title);
    const auto origin = source.set.empty() ? link("/search", source.asked.parts()) : "/sets/" + source.set;
    const auto documents = found.estimate.documents;
    auto notes = Json::array();
    if (documents > 0 && !found.has_room()) {
        notes.push_back({{"tone", "bad"}, {"text", page_text(call.language, "package_new.no_space")}});
    }
    if (has_source && documents == 0) {
        notes.push_back({{"tone", "bad"}, {"text", message(call.language, "error", "export.no_documents")}});
    }
    const Json view{
        {"title", page_text(call.language, "package_new.title")},
        {"action", "/packages"},
        {"repeat", make_uid()},
        {"cancel", has_source ? origin : std::string{"/packages"}},
        {"errors", form.name_error.empty() ? Json() : error_summary(call.language, {{"f-name", form.name_error}})},
        {"source", source_view(source, set_title)},
        {"ready", documents > 0 && found.has_room()},
        {"facts", has_source ? facts(call, found) : Json::array()},
        {"excluded_text", excluded_text(call, found.excluded.value_or(0))},
        {"notes", notes},
        {"name",
         {{"value", form.name.empty() && has_source ? name : form.name},
          {"error", form.name_error.empty() ? Json() : Json(form.name_error)}}},
        {"profiles", profiles(call, form.profile)},
        {"submit_text", documents > 0 ? count_text(call.language, "package_new.make", documents) : std::string{}}};
    auto frame = frame_of(call, "packages");
    frame.secrecy = found.highest;
    return page(call, "package_new", view, frame, status);
}

http::Response show_package_new(Call& call)
{
    return package_new_page(call, package_source(call), {});
}

http::Response make_package(Call& call)
{
    const auto source = package_source(call);
    PackageForm form{.name = call.field("name"), .profile = call.field("profile"), .name_error = {}};
    try {
        const auto uid = order_package(call,
                                       {.query = source.set.empty() ? source.asked.text() : std::string{},
                                        .dossier = {},
                                        .set = source.set,
                                        .relaxed = source.asked.relaxed,
                                        .profile = form.profile,
                                        .name = form.name},
                                       call.field("repeat"));
        return redirect("/packages/" + uid);
    } catch (const Error& error) {
        if (error.code() != "package.bad_name") {
            throw;
        }
        form.name_error = error_text(call.language, error);
        return package_new_page(call, source, form, 422);
    }
}

// --- when it is made

Json receipt(const Call& call, const jobs::Job& job, const Json& result)
{
    const auto language = call.language;
    const auto request = request_of(job);
    const auto text = [&](const char* key) { return page_text(language, std::string{"receipt."} + key); };
    const auto query = request.value("query", std::string{});
    return {term(text("count"), number_text(language, result.value("documents", std::int64_t{0}))),
            term(text("size"), bytes_text(language, result.value("bytes", std::uint64_t{0}))),
            term(text("sha256"), result.value("sha256", std::string{})),
            term(text("query"), query, query.empty() ? "" : "/search?q=" + encoded(query)),
            term(text("by"), actor_title(call, job.actor.name)),
            term(text("at"), instant_text(job.finished_at.value_or(job.created_at))),
            term(text("profile"),
                 page_text(language, "package.profile_" + request.value("profile", std::string{"inspection"})))};
}

http::Response package_page(const Call& call, const jobs::Job& job, const Json& verified)
{
    const auto result = result_of(job);
    const auto path = "/packages/" + job.uid;
    const bool there = package_file(call, job).has_value();
    const bool unfinished = !job.outcome;
    const bool failed = job.outcome && *job.outcome != jobs::Outcome::done;
    const Json view{
        {"title", name_of(job)},
        {"state", label(call.language, job_state(job))},
        {"secrecy", grade_of(call, result)},
        {"progress", unfinished ? progress(call.language, job.progress.items_done, job.progress.items_total) : Json()},
        {"events", unfinished ? "/api/v1/jobs/" + job.uid + "/events" : std::string{}},
        {"download", there ? Json{{"href", path + "/download"},
                                  {"bytes_text", bytes_text(call.language, result.value("bytes", std::uint64_t{0}))}}
                           : Json()},
        {"receipt", job.outcome == jobs::Outcome::done ? receipt(call, job, result) : Json::array()},
        {"excluded_text", excluded_text(call, excluded_of(result))},
        {"failed", failed ? Json{{"text", job.error_code.empty()
                                              ? message(call.language, "job_outcome", job_state(job))
                                              : message(call.language, "error", job.error_code, job.error_fields)},
                                 {"hint", page_text(call.language, "package.failed_hint")}}
                          : Json()},
        {"job", {{"href", "/jobs/" + job.uid}}},
        {"verify", there ? path + "/verify" : std::string{}},
        {"verified", verified},
        {"cancel", unfinished && !job.cancel_asked ? "/jobs/" + job.uid + "/cancel" : std::string{}}};
    auto frame = frame_of(call, "packages");
    frame.secrecy = secrecy_from_name(result.value("secrecy", "open")).value_or(Secrecy::open);
    return page(call, "package", view, frame);
}

http::Response show_package(Call& call)
{
    return package_page(call, get_package(call, call.value()), nullptr);
}

export_::PackageVerdict verify(const Call& call, const std::filesystem::path& file)
{
    auto options = call.house.services.extractor;
    options.container = {.total_bytes = std::uint64_t{16} << 40, .entries = 50'000'000, .wall = std::chrono::hours{48}};
    sandbox::Extractor extractor{options};
    return export_::verify_package(file, extractor);
}

http::Response verify_own_package(Call& call)
{
    const auto job = get_package(call, call.value());
    const auto path = package_file(call, job);
    if (!path) {
        throw Error{Kind::not_found, "package.no_file"};
    }
    const auto verdict = verify(call, *path);
    return package_page(call, job,
                        Json{{"state", label(call.language, verdict.valid ? "valid" : "invalid")},
                             {"when_text", instant_text(call.clock().now())}});
}

// --- a package that somebody brought

Json finding_rows(Language language, const std::vector<export_::PackageFinding>& findings)
{
    auto rows = Json::array();
    for (const auto& finding : findings) {
        rows.push_back({{"rule", finding.rule},
                        {"path", finding.path},
                        {"message", finding_text(language, finding)},
                        {"hint", message(language, "rule_hint", finding.rule)}});
    }
    return rows;
}

http::Response verify_page(const Call& call, const std::string& error, const Json& report, int status = 200)
{
    const Json view{{"title", page_text(call.language, "package_verify.title")},
                    {"action", "/packages/verify"},
                    {"errors", error.empty() ? Json() : error_summary(call.language, {{"f-file", error}})},
                    {"max_text", bytes_text(call.language, kMaxFormBytes)},
                    {"file", {{"error", error.empty() ? Json() : Json(error)}}},
                    {"report", report}};
    return page(call, "package_verify", view, frame_of(call, "packages"), status);
}

http::Response show_verify(Call& call)
{
    return verify_page(call, "", nullptr);
}

Json report_view(Language language, const FormFile& file, const export_::PackageVerdict& verdict, const Clock& clock)
{
    const auto counted = [&](const char* key, std::size_t count) {
        return count == 0 ? std::string{} : count_text(language, key, count);
    };
    return {{"name", file.name},
            {"state", label(language, verdict.valid ? "valid" : "invalid")},
            {"format_text", verdict.format},
            {"bytes_text", bytes_text(language, file.size)},
            {"sha256", file.sha256},
            {"when_text", instant_text(clock.now())},
            {"errors", finding_rows(language, verdict.errors)},
            {"errors_text", counted("count.errors", verdict.errors.size())},
            {"warnings", finding_rows(language, verdict.warnings)},
            {"warnings_text", counted("count.warnings", verdict.warnings.size())}};
}

/// The bytes go to a folder that is gone with the request; nothing of them enters the archive.
http::Response verify_brought(Call& call)
{
    Json report;
    read_form_files(call, [&](const http::Pairs&, const FormFile& file) {
        if (!report.is_null() || file.size == 0) {
            return;
        }
        // The verifier goes by the extension, as everybody does.
        auto named = file.path;
        named += std::filesystem::path{file.name}.extension() == ".tar" ? ".tar" : ".zip";
        std::filesystem::rename(file.path, named);
        report =
            report_view(call.language, {file.name, named, file.size, file.sha256}, verify(call, named), call.clock());
    });
    if (report.is_null()) {
        return verify_page(call, page_text(call.language, "package_verify.no_file"), nullptr, 422);
    }
    return verify_page(call, "", report);
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/packages", Access::signed_in, Action::document_export, show_packages},
    Route{"POST", "/packages", Access::signed_in, Action::document_export, make_package},
    Route{"GET", "/packages/new", Access::signed_in, Action::document_export, show_package_new},
    Route{"GET", "/packages/verify", Access::signed_in, Action::document_export, show_verify},
    Route{"POST", "/packages/verify", Access::signed_in, Action::document_export, verify_brought},
    Route{"GET", "/packages/{id}", Access::signed_in, Action::document_export, show_package},
    Route{"GET", "/packages/{id}/download", Access::signed_in, Action::document_export, send_package},
    Route{"POST", "/packages/{id}/verify", Access::signed_in, Action::document_export, verify_own_package},
};

} // namespace

std::span<const Route> package_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
