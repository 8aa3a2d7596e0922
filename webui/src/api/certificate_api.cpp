// SPDX-License-Identifier: GPL-3.0-or-later
#include "routing/call.h"
#include "routing/groups.h"

#include <vtlt/core/services/certificates.h>
#include <vtlt/webui/shapes.h>

namespace vtlt::webui {

namespace {

http::Response list_of_user(Call& call)
{
    auto list = Json::array();
    for (const auto& one : services::list_certificates(call.archive(), call.actor, call.value())) {
        list.push_back(certificate_json(one));
    }
    return json_answer({{"format_version", 1}, {"certificates", list}});
}

http::Response add_to_user(Call& call)
{
    const auto body = read_json(call);
    const auto added =
        services::add_certificate(call.archive(), call.clock(), call.actor, call.value(), text_member(body, "pem"));
    auto json = certificate_json(added);
    json["format_version"] = 1;
    return json_answer(json, 201);
}

/// One that is gone is no error.
http::Response remove_from_user(Call& call)
{
    services::remove_certificate(call.archive(), call.clock(), call.actor, call.value(), call.value(1));
    return {.status = 204};
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/users/{id}/certificates",
          Access::signed_in,
          Action::user_read,
          list_of_user,
          {.summary = "Certificates by which somebody signs in", .response = "CertificateList"}},
    Route{"POST",
          "/api/v1/users/{id}/certificates",
          Access::signed_in,
          Action::user_administer,
          add_to_user,
          {.summary = "Bind a certificate to somebody",
           .request = "NewCertificate",
           .response = "Certificate",
           .statuses = {201, 0, 0}}},
    Route{"DELETE",
          "/api/v1/users/{id}/certificates/{certificate}",
          Access::signed_in,
          Action::user_administer,
          remove_from_user,
          {.summary = "Unbind it, by id or SHA-256; ends the sessions opened with it", .statuses = {204}}},
};

} // namespace

std::span<const Route> certificate_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
