// SPDX-License-Identifier: GPL-3.0-or-later
#include "webui/views.h"

#include <vtlt/core/base/file.h>
#include <vtlt/webui/assets.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace vtlt;
using namespace vtlt::webui;
namespace fs = std::filesystem;

namespace {

std::string text_of(const Asset& asset)
{
    return {reinterpret_cast<const char*>(asset.bytes.data()), asset.bytes.size()};
}

} // namespace

TEST_CASE("a static file is found by its hashed name for ever and by its plain name for now", "[assets]")
{
    const auto url = asset_url("app.css");
    REQUIRE(url.starts_with("/assets/app."));
    CHECK(url.size() == std::string{"/assets/app.0123456789ab.css"}.size());
    const auto hashed = find_asset(url);
    REQUIRE(hashed);
    CHECK(hashed->immutable);
    CHECK(hashed->asset.media_type == "text/css; charset=utf-8");
    CHECK(hashed->asset.etag.starts_with('"'));
    CHECK(hashed->asset.gzip.size() < hashed->asset.bytes.size());
    const auto plain = find_asset("/assets/app.css");
    REQUIRE(plain);
    CHECK_FALSE(plain->immutable);
    CHECK(&plain->asset == &hashed->asset);
    CHECK_FALSE(find_asset("/assets/app.000000000000.css"));
    CHECK_FALSE(find_asset("/assets/../app.css"));
    CHECK_FALSE(find_asset("app.css"));
    CHECK(asset_url("no.css").empty());
}

TEST_CASE("static files refer to each other by hashed names and to nothing outside", "[assets]")
{
    std::size_t fonts = 0;
    for (const auto& asset : assets()) {
        INFO(asset.name);
        fonts += asset.name.ends_with(".woff2") ? 1U : 0U;
        const auto text = text_of(asset);
        if (asset.name == "app.css") {
            CHECK(text.find(std::string{asset_url("latin-400.woff2")}.substr(8)) != std::string::npos);
        }
        if (asset.name.ends_with(".js")) {
            CHECK(text.find("eval(") == (asset.name == "htmx.min.js" ? text.find("eval(") : std::string::npos));
        }
        // Licences and the licence line in Bootstrap's first comment name their homes; nothing loads from there.
        if (asset.name.starts_with("app") || (asset.name.ends_with(".js") && asset.name != "htmx.min.js")) {
            CHECK(text.find("://") == std::string::npos);
        }
    }
    CHECK(fonts == 4);
}

TEST_CASE("own scripts are few and short, and a first visit is light", "[assets]")
{
    const auto root = testing::source_root();
    if (!root) {
        return;
    }
    std::size_t modules = 0;
    std::ptrdiff_t lines = 0;
    for (const auto& entry : fs::directory_iterator{*root / "webui" / "static"}) {
        if (entry.path().extension() == ".js") {
            ++modules;
            const auto text = read_file(entry.path());
            lines += std::ranges::count(text, '\n');
        }
    }
    CHECK(modules <= 8);
    CHECK(lines <= 1500);
    std::size_t visit = 0;
    for (const auto& asset : assets()) {
        if (asset.name != "licences.txt") {
            visit += asset.gzip.empty() ? asset.bytes.size() : asset.gzip.size();
        }
    }
    // All static files, all modules; pages come on top (render_shots.mjs measures both).
    CHECK(visit <= 150'000);
}

TEST_CASE("the lock file of the packages names no host", "[assets]")
{
    const auto root = testing::source_root();
    if (!root) {
        return;
    }
    for (const auto* name : {"package.json", "package-lock.json", ".npmrc"}) {
        INFO(name);
        const auto text = read_file(*root / "webui" / name);
        CHECK(text.find("://") == std::string::npos);
        CHECK(text.find("\"resolved\"") == std::string::npos);
    }
}
