// SPDX-License-Identifier: GPL-3.0-or-later
#include "routing/groups.h"

#include <array>

namespace vtlt::webui {

std::span<const std::span<const Route>> route_groups()
{
    static const std::array kGroups{
        system_routes(),       sign_in_routes(),     overview_routes(),        search_routes(),
        list_routes(),         document_routes(),    intake_routes(),          job_routes(),
        integrity_routes(),    package_routes(),     document_api_routes(),    search_api_routes(),
        upload_api_routes(),   job_api_routes(),     integrity_api_routes(),   package_api_routes(),
        audit_routes(),        report_routes(),      people_routes(),          unit_routes(),
        audit_api_routes(),    rights_api_routes(),  second_factor_routes(),   second_factor_api_routes(),
        secrecy_routes(),      secrecy_api_routes(), reader_routes(),          reader_api_routes(),
        explain_routes(),      certificate_routes(), certificate_api_routes(), position_routes(),
        position_api_routes(), record_set_routes(),  record_set_api_routes(),  register_api_routes()};
    return kGroups;
}

} // namespace vtlt::webui
