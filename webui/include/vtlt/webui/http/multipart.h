// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/webui/http/message.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::webui::http {

/// What the head of a part says.
struct PartHead
{
    std::string name;
    std::optional<std::string> file_name; ///< as the sender wrote it, perhaps empty; nullopt: an ordinary field
    std::string media_type;               ///< empty when not said
};

struct MultipartLimits
{
    std::size_t parts = 1000;
    std::size_t head = std::size_t{8} * 1024; ///< bytes of one part's head
    std::uint64_t total = std::uint64_t{100} << 20;
};

/// The parts in their order; all three are needed. `bytes` are those of the last head, in as many calls as they come;
/// `on_end` closes it.
struct MultipartEvents
{
    std::function<void(const PartHead&)> on_part;
    std::function<void(std::string_view bytes)> on_bytes;
    std::function<void()> on_end;
};

/// The boundary that a Content-Type of multipart/form-data names; nullopt for any other type.
std::optional<std::string> multipart_boundary(std::string_view content_type);

/// Reads multipart/form-data (RFC 7578) to its end in constant memory. Throws invalid `http.multipart` for what is no
/// such body or breaks a limit, and what reader and callbacks throw. Names are UTF-8; `filename*` (RFC 5987), which
/// some programs send all the same, wins over `filename`.
void read_multipart(BodyReader& body, std::string_view content_type, const MultipartEvents& events,
                    const MultipartLimits& limits = {});

} // namespace vtlt::webui::http
