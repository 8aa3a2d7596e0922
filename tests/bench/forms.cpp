// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure.h"

#include <vtlt/core/base/file.h>
#include <vtlt/core/forms/form.h>
#include <vtlt/core/forms/render.h>

#include <array>
#include <fcntl.h>
#include <string>
#include <utility>

namespace vtlt::bench {

namespace {

/// The same rows through openpyxl's write-only mode, which keeps its memory bounded as well. Where it is not installed
/// the program fails and the case has no peer.
constexpr std::string_view kOpenpyxl = R"(
import datetime, sys
from openpyxl import Workbook
book = Workbook(write_only=True)
sheet = book.create_sheet()
for i in range(1, int(sys.argv[2]) + 1):
    sheet.append([i, f"{i * 37 % 9000}/BC-VPUBND", datetime.date(2019, i % 12 + 1, i % 28 + 1),
        f"Báo cáo số {i} về kết quả thực hiện nhiệm vụ phòng, chống thiên tai và tìm kiếm cứu nạn",
        "Ủy ban nhân dân huyện Phù Cừ", None, "2 tệp", "UB/2019/05.VP"])
book.save(sys.argv[1])
)";

forms::FormData rows_of(std::uint64_t count)
{
    forms::FormData data;
    data.made_at = *parse_instant("2026-09-20T03:04:05Z");
    data.rows = [count](const forms::OnRow& on_row) {
        forms::Row row;
        for (std::uint64_t i = 1; i <= count; ++i) {
            row.cells = {static_cast<std::int64_t>(i),
                         std::to_string(i * 37 % 9000) + "/BC-VPUBND",
                         Date{std::chrono::year{2019}, std::chrono::month{static_cast<unsigned>(i % 12 + 1)},
                              std::chrono::day{static_cast<unsigned>(i % 28 + 1)}},
                         "Báo cáo số " + std::to_string(i) +
                             " về kết quả thực hiện nhiệm vụ phòng, chống thiên tai và tìm kiếm cứu nạn",
                         std::string{"Ủy ban nhân dân huyện Phù Cừ"},
                         {},
                         std::string{"2 tệp"},
                         std::string{"UB/2019/05.VP"}};
            on_row(row);
        }
    };
    return data;
}

bool has_openpyxl()
{
    try {
        run_program({"python3", "-c", "import openpyxl"});
        return true;
    } catch (...) {
        return false;
    }
}

} // namespace

void bench_forms(const Options& options)
{
    const auto folder = options.path("work");
    const auto count = options.number("rows", 20'000);
    const auto& form = forms::get_form("package_register");
    const auto data = rows_of(count);
    const auto ours = [&](forms::Output output) {
        return Side{std::string{forms::extension(output).substr(1)}, [&, output] {
                        const auto place = folder / ("register" + std::string{forms::extension(output)});
                        const auto file = open_file(place, O_WRONLY | O_CREAT | O_TRUNC);
                        forms::render(output, form, data,
                                      [&](std::string_view bytes) { write_all(file.get(), bytes, place.native()); },
                                      {.preview_rows = 0, .scratch = folder});
                    }};
    };
    std::vector<Side> sides{ours(forms::Output::xlsx), ours(forms::Output::pdf), ours(forms::Output::docx)};
    if (has_openpyxl()) {
        sides.push_back({"openpyxl", [&] {
                             run_program({"python3", "-c", std::string{kOpenpyxl}, (folder / "peer.xlsx").native(),
                                          std::to_string(count)});
                         }});
    }
    const auto turns = take_turns(sides, options.rounds());
    report("forms", sides, turns, {{"count", count}});
}

} // namespace vtlt::bench
