// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure.h"

#include <vtlt/core/base/error.h>

#include <array>
#include <cstdio>
#include <exception>
#include <string_view>

/// vtlt-bench CASE --option value …: one group of cases; bench.py calls it and makes the table.
namespace {

struct Group
{
    std::string_view name;
    void (*run)(const vtlt::bench::Options&);
};

constexpr std::array kGroups{
    Group{"catalogue", vtlt::bench::bench_catalogue}, Group{"intake", vtlt::bench::bench_intake},
    Group{"fixity", vtlt::bench::bench_fixity},       Group{"extraction", vtlt::bench::bench_extraction},
    Group{"indexing", vtlt::bench::bench_indexing},   Group{"index_peers", vtlt::bench::bench_index_peers},
    Group{"searching", vtlt::bench::bench_searching}, Group{"forms", vtlt::bench::bench_forms},
};

} // namespace

int main(int count, char** arguments)
{
    try {
        for (const auto& group : kGroups) {
            if (count > 1 && group.name == arguments[1]) {
                group.run(vtlt::bench::Options{count - 2, arguments + 2});
                return 0;
            }
        }
        std::fputs("vtlt-bench GROUP --option value …; see bench.py\n", stderr);
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
