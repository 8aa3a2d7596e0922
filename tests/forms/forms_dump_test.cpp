// SPDX-License-Identifier: GPL-3.0-or-later
#include "forms_fixture.h"

#include <vtlt/core/base/file.h>

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace vtlt;

/// Not run by default: VTLT_FORMS_OUT=FOLDER test_forms "[.look]" draws every form, for eyes.
TEST_CASE("draws every form for looking at", "[.look]")
{
    const char* folder = std::getenv("VTLT_FORMS_OUT");
    REQUIRE(folder != nullptr);
    for (const auto& form : forms::list_forms()) {
        const auto data = test::sample(form, 40);
        for (const auto output : {forms::Output::html, forms::Output::pdf, forms::Output::xlsx, forms::Output::docx}) {
            write_file_atomically(std::filesystem::path{folder} / (form.id + std::string{forms::extension(output)}),
                                  test::render(output, form, data), 0644);
        }
    }
}
