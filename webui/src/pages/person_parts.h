// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/form_parts.h"

#include <vtlt/core/catalog/account.h>

#include <string>

/// The page of one person, and the parts of it that are pages/position_pages.cpp's.
namespace vtlt::webui {

struct PersonPage
{
    std::string password; ///< told once
    FieldProblems problems;
    int status = 200;
};
http::Response person_page(const Call& call, const std::string& who, const PersonPage& extra);

/// {rows, form: null where `may` is false}: his positions over time.
Json positions_view(const Call& call, const catalog::Account& account, bool may, const FieldProblems& problems);
/// The form for a written order; null for who administers nothing.
Json order_form(const Call& call, const catalog::Account& account, bool may, const FieldProblems& problems);
/// The form by which he leaves; null where he has left or `may` is false.
Json leave_form(const Call& call, const catalog::Account& account, bool may, const FieldProblems& problems);
/// Where the minutes of his hand-over are; "" where there are none.
std::string hand_over_href(const Call& call, const catalog::Account& account);

} // namespace vtlt::webui
