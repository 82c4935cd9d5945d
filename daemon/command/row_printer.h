#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"

#include <iosfwd>
#include <memory>
#include <string_view>

namespace usaged {

/// Writes rows for people or for other programs.
class RowPrinter {
public:
    virtual ~RowPrinter() = default;

    /// Whether every row is to be handed to `measure` before the first one is to `row`.
    virtual bool measures() const { return false; }
    virtual void measure(Row const&) {}

    /// The same rows as were measured. Memory does not grow with their number.
    virtual void row(Row const& row) = 0;
    /// After the last row.
    virtual void finish() = 0;
};

/// `format` is `table` (columns as wide as their widest value), `csv` (RFC 4180, with a header) or `json` (an array of
/// objects). Numbers are written so that they read back to the same one. A text that was not sent is `null` in JSON and
/// empty elsewhere.
std::unique_ptr<RowPrinter> make_row_printer(std::string_view format, Dataset const& dataset, std::ostream& out);

} // namespace usaged
