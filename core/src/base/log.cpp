// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/log.h>

#include <vtlt/core/base/date.h>
#include <vtlt/core/base/json.h>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

namespace vtlt::log {

namespace {

std::atomic<Format> chosen{Format::text};

spdlog::logger& logger()
{
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>("vtlt", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%v");
        made->set_level(spdlog::level::warn);
        made->flush_on(spdlog::level::info);
        return made;
    }();
    return *instance;
}

/// As it stands when it is one plain word, else as a JSON text.
std::string value_text(const std::string& value)
{
    const bool plain = !value.empty() && value.find_first_of(" \"=\\\t\r\n") == std::string::npos;
    return plain ? value : to_line(Json(value));
}

std::string line(std::string_view level, std::string_view event, const Fields& fields)
{
    const auto at =
        format_instant(std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
    if (chosen == Format::json) {
        Json all{{"at", at}, {"level", level}, {"event", event}};
        for (const auto& [name, value] : fields) {
            all[name] = value;
        }
        return to_line(all);
    }
    auto text = at + " " + std::string{level} + " " + std::string{event};
    for (const auto& [name, value] : fields) {
        text += " " + name + "=" + value_text(value);
    }
    return text;
}

} // namespace

void open(Format format)
{
    chosen = format;
    logger().set_level(spdlog::level::info);
}

void info(std::string_view event, const Fields& fields)
{
    if (logger().should_log(spdlog::level::info)) {
        logger().info("{}", line("info", event, fields));
    }
}

void warning(std::string_view event, const Fields& fields)
{
    logger().warn("{}", line("warning", event, fields));
}

void error(std::string_view event, const Fields& fields)
{
    logger().error("{}", line("error", event, fields));
}

void error(std::string_view event, const Error& what, const Fields& fields)
{
    Fields all{{"code", what.code()}};
    all.insert(all.end(), fields.begin(), fields.end());
    all.insert(all.end(), what.fields().begin(), what.fields().end());
    error(event, all);
}

} // namespace vtlt::log
