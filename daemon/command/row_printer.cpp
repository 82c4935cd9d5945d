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
        for (auto const& column : dataset_.columns) widths_.push_back(width(column.name));
    }
    bool measures() const override { return true; }
    void measure(Row const& row) override
    {
        for (std::size_t i = 0; i < row.values.size(); ++i)
            widths_[i] = std::max(widths_[i], width(printable(cell(dataset_.columns[i], row.values[i]))));
    }
    void row(Row const& row) override
    {
        print_header();
        for (std::size_t i = 0; i < row.values.size(); ++i)
            print(i, printable(cell(dataset_.columns[i], row.values[i])));
    }
    void finish() override { print_header(); }

private:
    void print_header()
    {
        if (has_header_) return;
        has_header_ = true;
        for (std::size_t i = 0; i < widths_.size(); ++i) print(i, dataset_.columns[i].name);
    }

    void print(std::size_t column, std::string_view text)
    {
        std::string const padding(widths_[column] - std::min(widths_[column], width(text)), ' ');
        bool const last = column + 1 == widths_.size();
        if (is_number(dataset_.columns[column]))
            out_ << padding << text;
        else
            out_ << text << (last ? "" : padding);
        out_ << (last ? "\n" : "  ");
    }

    Dataset const& dataset_;
    std::ostream& out_;
    std::vector<std::size_t> widths_;
    bool has_header_ = false;
};

} // namespace

std::unique_ptr<RowPrinter> make_row_printer(std::string_view format, Dataset const& dataset, std::ostream& out)
{
    if (format == "csv") return std::make_unique<CsvPrinter>(dataset, out);
    if (format == "json") return std::make_unique<JsonPrinter>(dataset, out);
    return std::make_unique<TablePrinter>(dataset, out);
}

} // namespace usaged
