#pragma once

#include "daemon/fault/error.h"

#include <filesystem>

namespace SQLite {
class Exception;
}

namespace usaged {

/// What SQLite said about `database`, with what to do about it; ErrorCategory::storage.
Error to_error(SQLite::Exception const& error, std::filesystem::path const& database);

/// An error about the file itself, from `errno`: "FILE: ACTION: reason".
Error file_error(std::filesystem::path const& file, std::string const& action, int error_number);

/// `database` is damaged: `what` says how that was noticed.
Error damaged(std::filesystem::path const& database, std::string const& what);

} // namespace usaged
