// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate.h"
#include "routing/call.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/webui/http/multipart.h>

#include <algorithm>
#include <fcntl.h>

namespace vtlt::webui {

namespace {

constexpr std::size_t kMaxField = std::size_t{1} << 20;

/// Turns the parts into fields and spooled files.
class FormReader
{
public:
    FormReader(const Call& call, const OnFile& on_file)
        : call_(call), on_file_(on_file), folder_(call.archive().home().cache())
    {}

    http::MultipartEvents events()
    {
        return {.on_part = [this](const http::PartHead& head) { begin(head); },
                .on_bytes = [this](std::string_view bytes) { take(bytes); },
                .on_end = [this] { end(); }};
    }

    /// Also for a form without any file.
    http::Pairs finish()
    {
        require_token();
        return std::move(fields_);
    }

private:
    void begin(const http::PartHead& head)
    {
        name_ = head.name;
        value_.clear();
        file_.reset();
        if (head.file_name) {
            require_token();
            file_ = FormFile{.name = *head.file_name,
                             .path = folder_.path() / std::to_string(fields_.size()),
                             .size = 0,
                             .sha256 = {}};
            hasher_.emplace();
            out_.reset(::open(file_->path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
            if (out_.get() < 0) {
                throw_errno("open", file_->path.native());
            }
        }
    }

    void take(std::string_view bytes)
    {
        if (file_) {
            write_all(out_.get(), bytes, file_->path.native());
            hasher_->update(bytes);
            file_->size += bytes.size();
        } else if (value_.size() + bytes.size() > kMaxField) {
            throw Error{Kind::invalid, "http.multipart", {{"reason", "field"}}};
        } else {
            value_ += bytes;
        }
    }

    void end()
    {
        if (!file_) {
            fields_.emplace_back(name_, std::move(value_));
            return;
        }
        out_.reset();
        file_->sha256 = to_hex(hasher_->finish());
        // A browser sends one nameless empty part for a file field that nobody filled.
        if (!file_->name.empty()) {
            on_file_(fields_, *file_);
        }
        std::filesystem::remove(file_->path);
    }

    void require_token()
    {
        const auto csrf = std::ranges::find(fields_, "csrf", &http::Pairs::value_type::first);
        if (call_.session && (csrf == fields_.end() || !is_own_token(call_, csrf->second))) {
            throw Error{Kind::forbidden, "http.csrf"};
        }
    }

    const Call& call_;
    const OnFile& on_file_;
    TempDir folder_;
    http::Pairs fields_;
    std::string name_;
    std::string value_;
    std::optional<FormFile> file_;
    UniqueFd out_;
    std::optional<Hasher> hasher_;
};

} // namespace

http::Pairs read_form_files(Call& call, const OnFile& on_file)
{
    FormReader reader{call, on_file};
    http::read_multipart(*call.request.body, call.request.headers.find("Content-Type").value_or(""), reader.events());
    return reader.finish();
}

} // namespace vtlt::webui
