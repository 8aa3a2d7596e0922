// SPDX-License-Identifier: GPL-3.0-or-later
#include "scratch_archive.h"

#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/store/object_store.h>

#include <fcntl.h>

namespace vtlt::bench {
namespace {

namespace fs = std::filesystem;

/// As core/services/intake groups them.
constexpr std::size_t kBatchFiles = 200;
constexpr std::uint64_t kBatchBytes = std::uint64_t{256} << 20;

services::Archive make_archive(const fs::path& home, const Clock& clock, const auth::Actor& actor)
{
    services::init_archive(home, clock, actor, {});
    return services::Archive{home, services::Archive::Mode::write};
}

} // namespace

ScratchArchive::ScratchArchive(const fs::path& parent)
    : folder_(parent), archive_(make_archive(folder_.path() / "archive", clock_, actor_))
{
    auto tx = database().read();
    unit_ = catalog::root_unit(tx).id;
}

DocumentId ScratchArchive::insert(db::WriteTx& tx, const std::string& title, std::vector<audit::Event>& events)
{
    const catalog::Document document{.uid = make_uid(),
                                     .unit = unit_,
                                     .dossier = {},
                                     .kind = "BC",
                                     .number = "3163",
                                     .symbol = "BC-BQP",
                                     .title = title,
                                     .source_path = title,
                                     .created_at = clock_.now()};
    const auto id = catalog::insert_document(tx, document, actor_.name);
    outbox::request_reindex(tx, id, Secrecy::open);
    events.push_back({"document.registered", document.uid, {{"secrecy", "open"}, {"source_path", title}}});
    return id;
}

void ScratchArchive::register_documents(std::size_t transactions, std::size_t documents)
{
    for (std::size_t i = 0; i < transactions; ++i) {
        auto tx = database().write();
        std::vector<audit::Event> events;
        for (std::size_t j = 0; j < documents; ++j) {
            insert(tx, "Báo cáo kết quả cải cách hành chính quý " + std::to_string(j), events);
        }
        audit::record_events(tx, clock_, actor_, events);
        tx.commit();
    }
}

void ScratchArchive::take_in(const std::vector<fs::path>& files)
{
    std::size_t begin = 0;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        bytes += fs::file_size(files[i]);
        if (i + 1 - begin == kBatchFiles || bytes >= kBatchBytes || i + 1 == files.size()) {
            acknowledge(files, begin, i + 1);
            begin = i + 1;
            bytes = 0;
        }
    }
}

void ScratchArchive::acknowledge(const std::vector<fs::path>& files, std::size_t begin, std::size_t end)
{
    store::StagingBatch batch{home()};
    std::vector<store::StagedObject> objects;
    for (auto i = begin; i < end; ++i) {
        const auto source = open_file(files[i], O_RDONLY);
        objects.push_back(batch.add_file(source.get(), Secrecy::open));
    }
    batch.make_durable();
    auto tx = database().write();
    std::vector<audit::Event> events;
    for (auto i = begin; i < end; ++i) {
        const auto& object = objects[i - begin];
        const auto stored = store::insert_object(tx, object);
        const auto document = insert(tx, files[i].filename().native(), events);
        catalog::insert_file(tx,
                             {.document = document,
                              .name = files[i].filename().native(),
                              .content_hash = object.hash,
                              .size = object.size},
                             stored);
    }
    audit::record_events(tx, clock_, actor_, events);
    tx.commit();
    batch.finish();
}

} // namespace vtlt::bench
