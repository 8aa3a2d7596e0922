// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/services/uploads.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <algorithm>
#include <fcntl.h>
#include <map>

namespace vtlt::webui {

namespace {

constexpr std::size_t kShownUploads = 50;
constexpr std::size_t kMostCleared = 500;
/// Of a form without script (decisions.md, "Server"); with script files go in pieces.
constexpr std::uint64_t kMaxFormBytes = 100'000'000;

/// What the form said and what was wrong with it.
struct IntakeForm
{
    std::string dossier;
    Secrecy secrecy = Secrecy::open;
    std::string dossier_error;
    std::string secrecy_error;
    std::string files_error;
};

Json error_or_null(const std::string& text)
{
    return text.empty() ? Json() : Json(text);
}

/// The document's number where it has one, else its title, by uid: one read for the whole page.
std::map<Uid, std::string> document_names(const Call& call, const std::vector<services::Upload>& uploads)
{
    std::vector<Uid> wanted;
    for (const auto& upload : uploads) {
        for (const auto& uid : {upload.document, upload.duplicate_of}) {
            if (!uid.empty()) {
                wanted.push_back(uid);
            }
        }
    }
    auto tx = call.archive().database().read();
    auto views = catalog::list_views_by_uid(tx, wanted);
    keep_readable(call.actor, views);
    std::map<Uid, std::string> names;
    for (const auto& view : views) {
        const auto code = view.document.number_symbol();
        names[view.document.uid] = code.empty() ? view.document.title : code;
    }
    return names;
}

Json document_link(const std::map<Uid, std::string>& names, const Uid& uid)
{
    const auto found = names.find(uid);
    return found == names.end() ? Json() : Json{{"href", document_path(uid)}, {"text", found->second}};
}

/// All of it is there, and so is a document with the same bytes: the person says whether it shall be kept.
bool is_undecided(const services::Upload& upload)
{
    return upload.state == services::UploadState::receiving && upload.received == upload.size && upload.size > 0 &&
           !upload.duplicate_of.empty();
}

std::string_view state_of(const services::Upload& upload)
{
    switch (upload.state) {
    case services::UploadState::receiving:
        return is_undecided(upload) ? "duplicate" : "uploading";
    case services::UploadState::waiting:
        return "waiting";
    case services::UploadState::reading:
        return "reading";
    case services::UploadState::done:
    case services::UploadState::failed:
        break;
    }
    if (upload.is_indexing) {
        return "indexing";
    }
    return upload.outcome.empty() ? std::string_view{"failed"} : std::string_view{upload.outcome};
}

/// Its row will tell something else before long, without anybody's doing.
bool is_busy(const services::Upload& upload)
{
    return upload.state == services::UploadState::waiting || upload.state == services::UploadState::reading ||
           upload.is_indexing;
}

Json why(const Call& call, const services::Upload& upload)
{
    if (!upload.error_code.empty()) {
        return {{"text", message(call.language, "error", upload.error_code)},
                {"hint", message(call.language, "hint", upload.error_code)}};
    }
    return cause_view(call.language, upload.cause);
}

Json upload_row(const Call& call, const services::Upload& upload, const std::map<Uid, std::string>& names)
{
    const bool receiving = upload.state == services::UploadState::receiving;
    const bool removable =
        receiving || upload.state == services::UploadState::failed || upload.state == services::UploadState::done;
    const auto path = "/intake/" + upload.uid;
    auto document = document_link(names, upload.document);
    if (upload.is_container && upload.documents > 0) {
        document = {{"href", "/jobs/" + upload.job},
                    {"text", count_text(call.language, "count.documents", upload.documents)}};
    }
    return {{"id", upload.uid},
            {"name", upload.name},
            {"bytes_text", bytes_text(call.language, upload.size)},
            {"when_text", instant_text(upload.created_at)},
            {"state", label(call.language, state_of(upload))},
            {"cause", why(call, upload)},
            {"progress",
             receiving && !is_undecided(upload) ? progress(call.language, upload.received, upload.size) : Json()},
            {"document", document},
            {"duplicate_of", document_link(names, upload.duplicate_of)},
            {"keep", is_undecided(upload) ? path + "/keep" : std::string{}},
            {"retry", ""},
            {"remove", removable ? path + "/remove" : std::string{}}};
}

http::Response intake_page(const Call& call, const IntakeForm& form, int status = 200)
{
    const auto language = call.language;
    const auto uploads =
        call.house.services.uploads.list(call.actor, {.before = call.query("cursor")}, kShownUploads + 1);
    const bool more = uploads.size() > kShownUploads;
    const auto names = document_names(call, uploads);
    auto queue = Json::array();
    for (std::size_t i = 0; i < std::min(uploads.size(), kShownUploads); ++i) {
        queue.push_back(upload_row(call, uploads[i], names));
    }
    std::vector<std::pair<std::string, std::string>> problems;
    for (const auto& [id, text] : {std::pair{"f-files", form.files_error},
                                   {"f-dossier", form.dossier_error},
                                   {"f-secrecy", form.secrecy_error}}) {
        if (!text.empty()) {
            problems.emplace_back(id, text);
        }
    }
    const auto highest = std::min(call.archive().config().highest, call.actor.clearance);
    const bool finished =
        std::ranges::any_of(uploads, [](const auto& upload) { return upload.state == services::UploadState::done; });
    const Json view{
        {"title", page_text(language, "intake.title")},
        {"action", "/intake"},
        {"errors", error_summary(language, problems)},
        {"max_text", bytes_text(language, kMaxFormBytes)},
        {"secrecy",
         {{"options", secrecy_options(language, highest, form.secrecy)}, {"error", error_or_null(form.secrecy_error)}}},
        {"dossier", {{"value", form.dossier}, {"error", error_or_null(form.dossier_error)}}},
        {"files", {{"error", error_or_null(form.files_error)}}},
        {"queue", queue},
        {"busy", std::ranges::any_of(uploads, is_busy)},
        {"queue_text", queue.empty() ? std::string{} : count_text(language, "count.files", queue.size())},
        {"clear", finished ? "/intake/clear" : ""},
        {"pages", pages_view("", call.query("cursor").empty() ? "" : "/intake",
                             more ? link("/intake", {{"cursor", uploads[kShownUploads - 1].uid}}) : "")}};
    return page(call, "intake", view, frame_of(call, "intake"), status);
}

http::Response show_intake(Call& call)
{
    return intake_page(call, {});
}

std::string field_of(const http::Pairs& fields, std::string_view name)
{
    const auto found = std::ranges::find(fields, name, &http::Pairs::value_type::first);
    return found == fields.end() ? std::string{} : found->second;
}

/// Hands one file of the form in; false when its bytes are a document already, which the person decides in the queue.
bool take_file(Call& call, const http::Pairs& fields, const FormFile& file)
{
    auto& uploads = call.house.services.uploads;
    const auto made =
        uploads.create(call.actor, {.name = file.name,
                                    .size = file.size,
                                    .secrecy = secrecy_from_name(field_of(fields, "secrecy")).value_or(Secrecy::open),
                                    .dossier = field_of(fields, "dossier")});
    const UniqueFd in{::open(file.path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (in.get() < 0) {
        throw_errno("open", file.path.native());
    }
    uploads.write_chunk(call.actor, made.upload.uid, 0,
                        [&](std::span<char> into) { return read_some(in.get(), into.data(), into.size(), file.name); });
    try {
        uploads.complete(call.actor, made.upload.uid, file.sha256, services::OnDuplicate::ask);
    } catch (const Error& error) {
        if (error.code() != "upload.duplicate") {
            throw;
        }
        return false;
    }
    return true;
}

/// Which field of the form an error belongs to; null: none.
std::string* place_of(IntakeForm& form, const Error& error)
{
    const auto& code = error.code();
    if (code == "dossier.not_found" || code == "dossier.ambiguous" || code == "ingest.dossier_below_secrecy") {
        return &form.dossier_error;
    }
    if (code == "ingest.above_highest_grade" || code == "auth.forbidden") {
        return &form.secrecy_error;
    }
    return code.starts_with("upload.") ? &form.files_error : nullptr;
}

struct Taken
{
    std::uint64_t files = 0;
    std::uint64_t duplicates = 0;
};

http::Response after_form(const Call& call, const Taken& taken)
{
    auto response = redirect("/intake");
    const Fields count{{"count", number_text(call.language, static_cast<std::int64_t>(taken.files))}};
    if (taken.duplicates > 0) {
        tell_next(response, call, "warn", "received_duplicates",
                  {{"count", number_text(call.language, static_cast<std::int64_t>(taken.duplicates))}});
    } else {
        tell_next(response, call, "good", taken.files == 1 ? "received_one" : "received", count);
    }
    return response;
}

/// The form without script: several files of up to 100 MB in one body.
http::Response take_form(Call& call)
{
    IntakeForm form;
    Taken taken;
    try {
        const auto fields = read_form_files(call, [&](const http::Pairs& before, const FormFile& file) {
            form.dossier = field_of(before, "dossier");
            form.secrecy = secrecy_from_name(field_of(before, "secrecy")).value_or(Secrecy::open);
            ++taken.files;
            taken.duplicates += take_file(call, before, file) ? 0U : 1U;
        });
        form.dossier = field_of(fields, "dossier");
    } catch (const Error& error) {
        auto* place = place_of(form, error);
        if (place == nullptr) {
            throw;
        }
        *place = error_text(call.language, error);
    }
    call.house.services.jobs.wake();
    if (taken.files == 0 && form.dossier_error.empty() && form.secrecy_error.empty() && form.files_error.empty()) {
        form.files_error = page_text(call.language, "intake.no_file");
    }
    const bool wrong = !form.dossier_error.empty() || !form.secrecy_error.empty() || !form.files_error.empty();
    return wrong ? intake_page(call, form, 422) : after_form(call, taken);
}

http::Response keep_duplicate(Call& call)
{
    call.house.services.uploads.complete(call.actor, call.value(), "", services::OnDuplicate::keep);
    call.house.services.jobs.wake();
    return redirect("/intake");
}

http::Response remove_upload(Call& call)
{
    call.house.services.uploads.abandon(call.actor, call.value());
    return redirect("/intake");
}

/// Clears what has ended from the list; the documents stay.
http::Response clear_finished(Call& call)
{
    auto& uploads = call.house.services.uploads;
    for (const auto state : {services::UploadState::done, services::UploadState::failed}) {
        for (const auto& upload : uploads.list(call.actor, {.state = state}, kMostCleared)) {
            uploads.abandon(call.actor, upload.uid);
        }
    }
    return redirect("/intake");
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/intake", Access::signed_in, Action::document_register, show_intake},
    Route{"POST", "/intake", Access::signed_in, Action::document_register, take_form},
    Route{"POST", "/intake/clear", Access::signed_in, Action::document_register, clear_finished},
    Route{"POST", "/intake/{id}/keep", Access::signed_in, Action::document_register, keep_duplicate},
    Route{"POST", "/intake/{id}/remove", Access::signed_in, Action::document_register, remove_upload},
};

} // namespace

std::span<const Route> intake_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
