#pragma once

#include "storage/snapshot_store.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace usaged::test {

/// A whole poll as `usaged fetch` makes it, but for the network: the answers come from memory.
class ScriptedPoll {
public:
    /// Works in `directory`, which exists; the database is made there if it is not there yet.
    explicit ScriptedPoll(std::filesystem::path const& directory);
    ScriptedPoll(ScriptedPoll const&) = delete;
    ScriptedPoll& operator=(ScriptedPoll const&) = delete;
    ~ScriptedPoll();

    static std::filesystem::path database(std::filesystem::path const& directory);

    /// Gets the access token, which is good for all polls that follow.
    void sign_in();

    /// Polls; `pages` is what the server answers.
    SaveOutcome poll(Dataset const& dataset, std::vector<std::string> const& pages);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged::test
