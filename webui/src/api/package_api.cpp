// SPDX-License-Identifier: GPL-3.0-or-later
#include "packages.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/export/package_verifier.h>
#include <vtlt/core/services/jobs.h>
#include <vtlt/webui/shapes.h>

namespace vtlt::webui {

namespace {

constexpr std::size_t kListed = 50;

Json package_json(const Call& call, const jobs::Job& job)
{
    auto json = job_json(call.language, job);
    json["format_version"] = 1;
    json["download"] = has_package_file(call, job) ? Json("/api/v1/packages/" + job.uid + "/download") : Json(nullptr);
    return json;
}

http::Response list_packages(Call& call)
{
    auto list = Json::array();
    for (const auto& job : services::list_jobs(
             call.archive(), call.actor, {.kind = std::string{kExportJob}, .before = call.query("cursor")}, kListed)) {
        list.push_back(package_json(call, job));
    }
    return json_answer({{"format_version", 1}, {"packages", list}});
}

http::Response create_package(Call& call)
{
    const auto body = read_json(call);
    auto asked = asked_query(call);
    asked.q = text_member(body, "q", asked.q);
    asked.from = text_member(body, "from", asked.from);
    asked.to = text_member(body, "to", asked.to);
    const PackageOrder order{.query = asked.text(),
                             .dossier = text_member(body, "dossier"),
                             .set = text_member(body, "record_set"),
                             .relaxed = flag_member(body, "relaxed"),
                             .profile = text_member(body, "profile", "inspection"),
                             .name = text_member(body, "name", suggested_name(asked)),
                             .format = text_member(body, "format", "zip")};
    const auto uid = order_package(call, order, repeat_key(call));
    auto response = json_answer(package_json(call, get_package(call, uid)), 202);
    response.headers.set("Location", "/api/v1/jobs/" + uid);
    return response;
}

http::Response show_package(Call& call)
{
    return json_answer(package_json(call, get_package(call, call.value())));
}

http::Response preview_package(Call& call)
{
    const auto found = preflight(call, package_source(call));
    return json_answer({{"format_version", 1},
                        {"documents", found.estimate.documents},
                        {"excluded", json_or_null(found.excluded)},
                        {"files", found.estimate.files},
                        {"bytes", found.estimate.bytes},
                        {"free_bytes", found.free_bytes},
                        {"secrecy", secrecy_name(found.highest)}});
}

http::Response verify_package(Call& call)
{
    const auto path = package_file(call, get_package(call, call.value()));
    if (!path) {
        throw Error{Kind::not_found, "package.no_file"};
    }
    sandbox::Extractor extractor{call.house.services.extractor};
    return json_answer(verdict_json(call.language, export_::verify_package(*path, extractor)));
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/packages",
          Access::signed_in,
          Action::document_export,
          list_packages,
          {.summary = "Packages, newest first", .parameters = "cursor", .response = "PackageList"}},
    Route{"POST",
          "/api/v1/packages",
          Access::signed_in,
          Action::document_export,
          create_package,
          {.summary = "Make a package of a query, a dossier or a saved set",
           .request = "NewPackage",
           .response = "Package",
           .statuses = {202}}},
    Route{"GET",
          "/api/v1/packages/preflight",
          Access::signed_in,
          Action::document_export,
          preview_package,
          {.summary = "What a package of a query or a saved set would be",
           .parameters = "q from to relaxed set",
           .response = "Preflight"}},
    Route{"GET",
          "/api/v1/packages/{id}",
          Access::signed_in,
          Action::document_export,
          show_package,
          {.summary = "One package", .response = "Package"}},
    Route{"GET",
          "/api/v1/packages/{id}/download",
          Access::signed_in,
          Action::document_export,
          send_package,
          {.summary = "The package itself", .response = "Bytes"}},
    Route{"POST",
          "/api/v1/packages/{id}/verify",
          Access::signed_in,
          Action::document_export,
          verify_package,
          {.summary = "Check the package that lies here", .response = "Verdict"}},
};

} // namespace

std::span<const Route> package_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
