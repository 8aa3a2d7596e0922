// SPDX-License-Identifier: GPL-3.0-or-later
#include "qr.h"

#include <qrcodegen/qrcodegen.hpp>

namespace vtlt::webui {

Json qr_view(const std::string& text)
{
    constexpr int edge = 4;
    const auto code = qrcodegen::QrCode::encodeText(text.c_str(), qrcodegen::QrCode::Ecc::MEDIUM);
    const int size = code.getSize();
    std::string path;
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            int width = 0;
            while (x + width < size && code.getModule(x + width, y)) {
                ++width;
            }
            if (width > 0) {
                const auto run = std::to_string(width);
                path.append("M").append(std::to_string(x + edge)).append(" ").append(std::to_string(y + edge));
                path.append("h").append(run).append("v1h-").append(run).append("z");
                x += width;
            }
        }
    }
    return {{"size", size + 2 * edge}, {"path", path}};
}

} // namespace vtlt::webui
