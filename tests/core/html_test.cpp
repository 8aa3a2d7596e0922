// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/html.h>

#include <catch2/catch.hpp>

using namespace vtlt;

TEST_CASE("text is escaped for HTML and XML, other bytes stay", "[html]")
{
    CHECK(escape_html("") == "");
    CHECK(escape_html("Báo cáo 05/BC-CHC") == "Báo cáo 05/BC-CHC");
    CHECK(escape_html(R"(<a href="x" title='y'>A & B</a>)") ==
          "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;A &amp; B&lt;/a&gt;");
    CHECK(escape_html("&amp;") == "&amp;amp;");
}
