#include "daemon/command/row_printer.h"

#include "daemon/fault/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ostream>
#include <string>
#include <vector>

namespace usaged {

namespace {

std::string number_text(double value)
{
    std::array<char, 32> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return std::string{text.data(), end};
}

bool is_number(Column const& column)
{
    return column.type == ColumnType::percent || column.type == ColumnType::count;
}

std::string cell(Column const& column, Value const& value)
{
    if (column.type == ColumnType::percent) return number_text(value.real);
    if (column.type == ColumnType::count) return std::to_string(value.integer);
    return std::string{value.text};
}

/// A text that was not sent is empty; no other one is.
std::string json_cell(Column const& column, Value const& value)
{
    if (is_number(column)) return cell(column, value);
    return value.text.empty() ? "null" : json_string(value.text);
}

std::string csv_cell(std::string_view text)
{
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
    std::string out = "\"";
    for (char const c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

class CsvPrinter : public RowPrinter {
public:
    CsvPrinter(Dataset const& dataset, std::ostream& out) : dataset_{dataset}, out_{out}
    {
        for (auto const& column : dataset_.columns) out_ << column.name << ',';
        out_ << "extra\r\n";
    }
    void row(Row const& row) override
    {
        for (std::size_t i = 0; i < row.values.size(); ++i)
            out_ << csv_cell(cell(dataset_.columns[i], row.values[i])) << ',';
        out_ << csv_cell(row.extra) << "\r\n";
    }
    void finish() override {}

private:
    Dataset const& dataset_;
    std::ostream& out_;
};

class JsonPrinter : public RowPrinter {
public:
    JsonPrinter(Dataset const& dataset, std::ostream& out) : dataset_{dataset}, out_{out} { out_ << '['; }
    void row(Row const& row) override
    {
        out_ << (first_ ? "\n  {" : ",\n  {");
        first_ = false;
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            auto const& column = dataset_.columns[i];
            out_ << (i == 0 ? "" : ", ") << json_string(column.name) << ": " << json_cell(column, row.values[i]);
        }
        out_ << ", \"extra\": " << (row.extra.empty() ? std::string_view{"null"} : row.extra) << '}';
    }
    void finish() override { out_ << "\n]\n"; }

private:
    Dataset const& dataset_;
    std::ostream& out_;
    bool first_ = true;
};

/// Characters as a terminal shows them, near enough: code points.
std::size_t width(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

class TablePrinter : public RowPrinter {
public:
    TablePrinter(Dataset const& dataset, std::ostream& out) : dataset_{dataset}, out_{out}
    {
        std::vector<std::string> header;
        for (auto const& column : dataset_.columns) header.emplace_back(column.name);
        lines_.push_back(std::move(header));
    }
    void row(Row const& row) override
    {
        std::vector<std::string> line;
        for (std::size_t i = 0; i < row.values.size(); ++i)
            line.push_back(printable(cell(dataset_.columns[i], row.values[i])));
        lines_.push_back(std::move(line));
    }
    void finish() override
    {
        std::vector<std::size_t> widths(dataset_.columns.size(), 0);
        for (auto const& line : lines_)
            for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
        for (auto const& line : lines_) print(line, widths);
    }

private:
    void print(std::vector<std::string> const& line, std::vector<std::size_t> const& widths)
    {
        for (std::size_t i = 0; i < line.size(); ++i) {
            std::string const padding(widths[i] - width(line[i]), ' ');
            bool const last = i + 1 == line.size();
            if (is_number(dataset_.columns[i]))
                out_ << padding << line[i];
            else
                out_ << line[i] << (last ? "" : padding);
            out_ << (last ? "\n" : "  ");
        }
    }

    Dataset const& dataset_;
    std::ostream& out_;
    std::vector<std::vector<std::string>> lines_;
};

} // namespace

std::unique_ptr<RowPrinter> make_row_printer(std::string_view format, Dataset const& dataset, std::ostream& out)
{
    if (format == "csv") return std::make_unique<CsvPrinter>(dataset, out);
    if (format == "json") return std::make_unique<JsonPrinter>(dataset, out);
    return std::make_unique<TablePrinter>(dataset, out);
}

} // namespace usaged
