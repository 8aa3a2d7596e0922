// SPDX-License-Identifier: GPL-3.0-or-later
#include "routing/call.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/services/certificates.h>

#include <algorithm>
#include <array>

namespace vtlt::webui {

namespace {

constexpr std::size_t kLongestCertificate = std::size_t{64} << 10;

http::Response tell_at(const Call& call, std::string_view tone, std::string_view key)
{
    auto response = redirect("/people/" + call.value());
    tell_next(response, call, tone, key);
    return response;
}

/// As the page that is gone to tells it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kRefusals{
    {{"certificate.unreadable", "certificate_unreadable"}, {"certificate.bound", "certificate_bound"}}};

http::Response add_to_person(Call& call)
{
    std::string bytes;
    read_form_files(call, [&](const http::Pairs&, const FormFile& file) {
        bytes = file.size <= kLongestCertificate ? read_file(file.path) : std::string{};
    });
    try {
        services::add_certificate(call.archive(), call.clock(), call.actor, call.value(), bytes);
    } catch (const Error& error) {
        const auto row =
            std::ranges::find(kRefusals, error.code(), &std::pair<std::string_view, std::string_view>::first);
        if (row == kRefusals.end()) {
            throw;
        }
        return tell_at(call, "bad", row->second);
    }
    return tell_at(call, "good", "certificate_added");
}

http::Response remove_from_person(Call& call)
{
    services::remove_certificate(call.archive(), call.clock(), call.actor, call.value(), call.value(1));
    return tell_at(call, "good", "certificate_removed");
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"POST", "/people/{id}/certificates", Access::signed_in, Action::user_administer, add_to_person},
    Route{"POST", "/people/{id}/certificates/{certificate}/remove", Access::signed_in, Action::user_administer,
          remove_from_person},
};

} // namespace

std::span<const Route> certificate_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
