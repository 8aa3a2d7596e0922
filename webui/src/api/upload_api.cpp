// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/uploads.h>
#include <vtlt/webui/shapes.h>

#include <charconv>
#include <thread>

namespace vtlt::webui {

namespace {

constexpr std::uint64_t kChunkBytes = std::uint64_t{8} << 20;
constexpr std::size_t kListed = 200;
/// So long `complete` waits for the document, so that a small file is answered with its id.
constexpr std::chrono::milliseconds kPatience{1500};

Json upload_json(const services::Upload& upload)
{
    return {{"format_version", 1},
            {"id", upload.uid},
            {"name", upload.name},
            {"size", upload.size},
            {"received", upload.received},
            {"chunk_bytes", kChunkBytes},
            {"state", services::upload_state_name(upload.state)},
            {"outcome", json_or_null(upload.outcome)},
            {"cause", upload.cause ? Json(cause_name(*upload.cause)) : Json(nullptr)},
            {"error", json_or_null(upload.error_code)},
            {"document", json_or_null(upload.document)},
            {"duplicate_of", json_or_null(upload.duplicate_of)},
            {"documents", upload.documents},
            {"indexing", upload.is_indexing},
            {"job", json_or_null(upload.job)},
            {"sha256", json_or_null(upload.sha256)},
            {"secrecy", secrecy_name(upload.secrecy)},
            {"created_at", format_instant(upload.created_at)}};
}

services::NewUpload new_upload(const Call& call, const Json& body)
{
    const auto size = body.find("size");
    if (size == body.end() || !size->is_number_unsigned()) {
        throw Error{Kind::invalid, "api.not_a_size", {}, {{"/size", "api.not_a_size", {}}}};
    }
    const auto grade = text_member(body, "secrecy");
    const auto secrecy = grade.empty() ? std::optional{Secrecy::open} : secrecy_from_name(grade);
    if (!secrecy) {
        throw Error{Kind::invalid,
                    "secrecy.unknown",
                    {{"value", grade}},
                    {{"/secrecy", "secrecy.unknown", {{"value", grade}}}}};
    }
    return {.name = text_member(body, "name"),
            .size = size->get<std::uint64_t>(),
            .secrecy = *secrecy,
            .dossier = text_member(body, "dossier"),
            .batch = text_member(body, "batch"),
            .repeat_key = repeat_key(call)};
}

http::Response create_upload(Call& call)
{
    const auto made = call.house.services.uploads.create(call.actor, new_upload(call, read_json(call)));
    auto response = json_answer(upload_json(made.upload), made.repeated ? 200 : 201);
    response.headers.set("Location", "/api/v1/uploads/" + made.upload.uid);
    return response;
}

http::Response put_chunk(Call& call)
{
    const auto text = call.query("offset");
    std::uint64_t offset = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), offset);
    if (problem != std::errc{} || end != text.data() + text.size()) {
        throw Error{Kind::invalid, "api.not_an_offset"};
    }
    auto& body = *call.request.body;
    const auto upload = call.house.services.uploads.write_chunk(call.actor, call.value(), offset,
                                                                [&](std::span<char> into) { return body.read(into); });
    return json_answer(upload_json(upload));
}

http::Response get_upload(Call& call)
{
    return json_answer(upload_json(call.house.services.uploads.get(call.actor, call.value())));
}

http::Response list_uploads(Call& call)
{
    auto list = Json::array();
    for (const auto& upload : call.house.services.uploads.list(
             call.actor, {.batch = call.query("batch"), .before = call.query("cursor")}, kListed)) {
        list.push_back(upload_json(upload));
    }
    const auto next = list.size() == kListed ? list.back()["id"].get<std::string>() : std::string{};
    auto response = json_answer({{"format_version", 1}, {"uploads", list}});
    if (!next.empty()) {
        response.headers.add("Link", "<" + link("/api/v1/uploads", {{"batch", call.query("batch")}, {"cursor", next}}) +
                                         ">; rel=\"next\"");
    }
    return response;
}

bool is_settled(const services::Upload& upload)
{
    return !upload.document.empty() || upload.state == services::UploadState::done ||
           upload.state == services::UploadState::failed;
}

http::Response complete_upload(Call& call)
{
    const auto body = read_json(call);
    const auto choice = text_member(body, "duplicate");
    auto& uploads = call.house.services.uploads;
    auto upload = uploads.complete(call.actor, call.value(), text_member(body, "sha256"),
                                   choice == "keep" ? services::OnDuplicate::keep : services::OnDuplicate::ask);
    call.house.services.jobs.wake();
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!is_settled(upload) && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        upload = uploads.get(call.actor, call.value());
    }
    if (!upload.document.empty()) {
        auto response = json_answer(upload_json(upload), 201);
        response.headers.set("Location", "/api/v1/documents/" + upload.document);
        return response;
    }
    auto response = json_answer(upload_json(upload), is_settled(upload) ? 200 : 202);
    response.headers.set("Location",
                         upload.job.empty() ? "/api/v1/uploads/" + upload.uid : "/api/v1/jobs/" + upload.job);
    return response;
}

http::Response delete_upload(Call& call)
{
    call.house.services.uploads.abandon(call.actor, call.value());
    return {.status = 204};
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"POST",
          "/api/v1/uploads",
          Access::signed_in,
          Action::upload_create,
          create_upload,
          {.summary = "Begin to send a file", .request = "NewUpload", .response = "Upload", .statuses = {201, 200}}},
    Route{"GET",
          "/api/v1/uploads",
          Access::signed_in,
          Action::upload_create,
          list_uploads,
          {.summary = "One's own uploads, newest first", .parameters = "batch cursor", .response = "UploadList"}},
    Route{"GET",
          "/api/v1/uploads/{id}",
          Access::signed_in,
          Action::upload_create,
          get_upload,
          {.summary = "State of an upload; `received` is where the next piece begins", .response = "Upload"}},
    Route{"PUT",
          "/api/v1/uploads/{id}",
          Access::signed_in,
          Action::upload_create,
          put_chunk,
          {.summary = "A piece of the file", .parameters = "offset", .request = "Bytes", .response = "Upload"}},
    Route{"POST",
          "/api/v1/uploads/{id}/complete",
          Access::signed_in,
          Action::upload_create,
          complete_upload,
          {.summary = "Everything is there: make it a document",
           .request = "CompleteUpload",
           .response = "Upload",
           .statuses = {201, 200, 202}}},
    Route{"DELETE",
          "/api/v1/uploads/{id}",
          Access::signed_in,
          Action::upload_create,
          delete_upload,
          {.summary = "Forget an upload", .statuses = {204}}},
};

} // namespace

std::span<const Route> upload_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
