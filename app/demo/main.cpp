// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/demo.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>

#include <CLI/CLI.hpp>

#include <iostream>

/// vtlt-demo --count N --seed S --to DIR: invented documents in DIR, their facts in `documents.jsonl` beside it.
int main(int argc, char** argv)
{
    vtlt::demo::Options options;
    CLI::App app;
    app.add_option("--count", options.count)->check(CLI::Range(std::size_t{0}, std::size_t{1'000'000'000}));
    app.add_option("--seed", options.seed);
    app.add_option("--to", options.directory)->required();
    app.add_option("--manifest", options.manifest);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : vtlt::exit_code(vtlt::Kind::invalid);
    }
    try {
        const auto summary = vtlt::demo::generate(options);
        std::cout << vtlt::to_line({{"format_version", 1},
                                    {"documents", summary.documents},
                                    {"bytes", summary.bytes},
                                    {"pdf", summary.by_format[0]},
                                    {"docx", summary.by_format[1]},
                                    {"html", summary.by_format[2]},
                                    {"txt", summary.by_format[3]}})
                  << '\n';
    } catch (const vtlt::Error& error) {
        std::cerr << error.what() << '\n';
        return vtlt::exit_code(error.kind());
    }
    return 0;
}
