// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "package_layout.h"
#include "spool.h"

#include <vtlt/core/forms/render.h>

#include <cstdint>
#include <filesystem>
#include <functional>

namespace vtlt::export_ {

struct RegisterHeading;

/// The rows of the register as the form `package_register` prints them (data/muc-luc.pdf, data/muc-luc.xlsx): gathered
/// while the documents stream by, in constant memory, and given back as often as a rendering wants them.
class RegisterList
{
public:
    explicit RegisterList(std::filesystem::path folder) : spool_(std::move(folder)) {}

    void add(const catalog::DocumentView& view);
    /// `on_row` hears of every row that is given back and may throw. The list must outlive the result.
    forms::FormData data(const RegisterHeading& heading, std::function<void()> on_row) const;

private:
    void give_back(const forms::OnRow& output, const std::function<void()>& on_row) const;

    Spool spool_;
    std::string record_;
};

const forms::FormDef& register_form();
/// Bytes of the values that a row prints.
std::uint64_t register_list_text(const catalog::DocumentView& view);

} // namespace vtlt::export_
