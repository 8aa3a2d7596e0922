// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/jobs.h>
#include <vtlt/webui/shapes.h>

namespace vtlt::webui {

namespace {

constexpr std::size_t kListed = 50;

http::Response list_runs(Call& call)
{
    auto list = Json::array();
    for (const auto& run : services::list_jobs(
             call.archive(), call.actor, {.kind = std::string{kVerifyJob}, .before = call.query("cursor")}, kListed)) {
        list.push_back(job_json(call.language, run));
    }
    return json_answer({{"format_version", 1}, {"runs", list}});
}

http::Response start_run(Call& call)
{
    const auto body = read_json(call);
    const auto sample = body.find("sample");
    if (sample != body.end() && !sample->is_null() &&
        (!sample->is_number_unsigned() || sample->get<std::uint64_t>() < 1)) {
        throw Error{Kind::invalid, "verify.sample", {}, {{"/sample", "verify.sample", {}}}};
    }
    const auto objects = sample == body.end() || sample->is_null() ? std::uint64_t{0} : sample->get<std::uint64_t>();
    const auto made = services::create_job(
        call.archive(), call.clock(), call.actor,
        {.kind = std::string{kVerifyJob}, .request = {{"sample", objects}}, .repeat_key = repeat_key(call)});
    call.house.services.jobs.wake();
    auto response = json_answer(job_json(call.language, services::get_job(call.archive(), call.actor, made.uid)), 202);
    response.headers.set("Location", "/api/v1/jobs/" + made.uid);
    return response;
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/integrity/runs",
          Access::signed_in,
          Action::integrity_verify,
          list_runs,
          {.summary = "Integrity runs, newest first", .parameters = "cursor", .response = "RunList"}},
    Route{"POST",
          "/api/v1/integrity/runs",
          Access::signed_in,
          Action::integrity_verify,
          start_run,
          {.summary = "Verify everything, or a sample of objects",
           .request = "NewRun",
           .response = "Job",
           .statuses = {202}}},
};

} // namespace

std::span<const Route> integrity_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
