// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/route.h"

#include <span>
#include <string_view>

/// The rows of each group of pages and of the API; routes.cpp puts them together.
namespace vtlt::webui {

std::span<const Route> system_routes();
std::span<const Route> sign_in_routes();
std::span<const Route> overview_routes();
std::span<const Route> search_routes();
std::span<const Route> list_routes();
std::span<const Route> document_routes();
std::span<const Route> secrecy_routes();
std::span<const Route> reader_routes();
std::span<const Route> intake_routes();
std::span<const Route> job_routes();
std::span<const Route> integrity_routes();
std::span<const Route> package_routes();
std::span<const Route> record_set_routes();
std::span<const Route> audit_routes();
std::span<const Route> report_routes();
std::span<const Route> people_routes();
std::span<const Route> unit_routes();
std::span<const Route> explain_routes();
std::span<const Route> second_factor_routes();
std::span<const Route> certificate_routes();
std::span<const Route> position_routes();

std::span<const Route> document_api_routes();
std::span<const Route> secrecy_api_routes();
std::span<const Route> reader_api_routes();
std::span<const Route> search_api_routes();
std::span<const Route> upload_api_routes();
std::span<const Route> job_api_routes();
std::span<const Route> integrity_api_routes();
std::span<const Route> package_api_routes();
std::span<const Route> record_set_api_routes();
std::span<const Route> register_api_routes();
std::span<const Route> audit_api_routes();
std::span<const Route> rights_api_routes();
std::span<const Route> second_factor_api_routes();
std::span<const Route> certificate_api_routes();
std::span<const Route> position_api_routes();

/// A path of this site that may stand in a Location: no other host, no control characters.
bool is_own_path(std::string_view path);

} // namespace vtlt::webui
