// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/error.h>

#include <string_view>

/// What the operator of the machine reads: one line an event on standard error, a name and key=value, no titles,
/// contents or secrets. The audit trail is data, not a log.
namespace vtlt::log {

enum class Format
{
    text, ///< 2026-11-22T03:04:05.678Z warning index.failed code=index.unreadable
    json
};

/// Once, before threads; without it nothing is written below warnings.
void open(Format format);

/// Any thread.
void info(std::string_view event, const Fields& fields = {});
void warning(std::string_view event, const Fields& fields = {});
void error(std::string_view event, const Fields& fields = {});
/// The error's code and fields beside the event's own.
void error(std::string_view event, const Error& what, const Fields& fields = {});

} // namespace vtlt::log
