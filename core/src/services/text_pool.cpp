// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/text_pool.h"

#include <vtlt/core/base/file.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/recognize.h>
#include <vtlt/core/store/object_store.h>
#include <vtlt/core/store/text_object.h>

#include <algorithm>
#include <fcntl.h>
#include <utility>

namespace vtlt::services {

namespace {

/// The layout of NĐ 30/2020 is on the first page; a second one covers a cover sheet.
constexpr std::size_t kPagesToRecognize = 2;

bool has_words(const std::vector<sandbox::TextPage>& pages)
{
    return std::ranges::any_of(pages, [](const sandbox::TextPage& page) {
        return std::ranges::any_of(page.text, [](char c) { return static_cast<unsigned char>(c) > ' '; });
    });
}

catalog::Description describe(const sandbox::Extraction& extraction, const std::string& name)
{
    std::vector<std::string_view> pages;
    for (const auto& page : extraction.pages) {
        if (pages.size() == kPagesToRecognize) {
            break;
        }
        pages.emplace_back(page.text);
    }
    auto found = recognize(pages, extraction.title, name);
    return {.kind = std::move(found.kind),
            .number = std::move(found.number),
            .symbol = std::move(found.symbol),
            .issuer = std::move(found.issuer),
            .issued_on = found.issued_on,
            .title = std::move(found.title)};
}

/// Where it was when the task was made, else in the band that its document went to meanwhile. Bytes come to a band
/// before they leave another: who looks upwards meets what goes up, and a second time what goes down.
UniqueFd open_in_any_band(const Home& home, const TextTask& task)
{
    for (int pass = 0; pass < 2; ++pass) {
        if (auto own = open_if_exists(home.object(task.band, task.hash), O_RDONLY)) {
            return *std::move(own);
        }
        for (const auto band : kBands) {
            if (auto moved = open_if_exists(home.object(band, task.hash), O_RDONLY)) {
                return *std::move(moved);
            }
        }
    }
    return store::open_object(home, task.band, task.hash);
}

TextResult read_text(const Home& home, sandbox::Extractor& extractor, TextTask task)
{
    const auto extract = [&] { return extractor.extract(open_in_any_band(home, task).get()); };
    auto extraction = extract();
    if (extraction.starved) {
        extraction = extract(); // what fails twice is the document's own fault (safety.md §2, P9)
    }
    TextResult result{.task = std::move(task),
                      .format = std::move(extraction.format),
                      .media_type = std::move(extraction.media_type),
                      .cause = extraction.cause,
                      .is_plain_image = extraction.is_plain_image};
    if (has_words(extraction.pages)) {
        std::vector<store::TextBlock> blocks;
        for (const auto& page : extraction.pages) {
            blocks.push_back({page.number, page.text});
            result.pages = page.number ? std::max(page.number, result.pages) : result.pages;
        }
        result.text_object = store::encode_text_object(blocks);
        result.description = describe(extraction, result.task.name);
    } else if (!result.cause && !result.is_plain_image) {
        result.cause = Cause::no_text_layer;
    }
    return result;
}

} // namespace

TextPool::TextPool(const Home& home, const sandbox::ExtractorOptions& options, unsigned workers)
    : home_(home), options_(options)
{
    for (unsigned i = 0; i < workers; ++i) {
        threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
}

TextPool::~TextPool()
{
    for (auto& thread : threads_) {
        thread.request_stop();
    }
}

void TextPool::submit(TextTask task)
{
    {
        const std::lock_guard lock{mutex_};
        tasks_.push_back(std::move(task));
    }
    ++outstanding_;
    wake_worker_.notify_one();
}

std::vector<TextResult> TextPool::collect(bool wait)
{
    std::unique_lock lock{mutex_};
    if (wait && outstanding_ > 0) {
        wake_owner_.wait(lock, [this] { return !results_.empty() || failure_; });
    }
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    outstanding_ -= results_.size();
    return std::exchange(results_, {});
}

void TextPool::work(const std::stop_token& stop)
{
    try {
        std::optional<sandbox::Extractor> extractor;
        for (;;) {
            TextTask task;
            {
                std::unique_lock lock{mutex_};
                if (!wake_worker_.wait(lock, stop, [this] { return !tasks_.empty(); })) {
                    return;
                }
                task = std::move(tasks_.front());
                tasks_.pop_front();
            }
            if (!extractor) {
                extractor.emplace(options_);
            }
            auto result = read_text(home_, *extractor, std::move(task));
            const std::lock_guard lock{mutex_};
            results_.push_back(std::move(result));
            wake_owner_.notify_one();
        }
    } catch (...) {
        const std::lock_guard lock{mutex_};
        failure_ = std::current_exception();
        wake_owner_.notify_one();
    }
}

} // namespace vtlt::services
