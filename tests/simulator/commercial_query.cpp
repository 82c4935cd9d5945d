#include "tests/simulator/commercial_query.h"

#include "tests/simulator/exchange.h"
#include "tests/simulator/licence_text.h"

#include <algorithm>

namespace usaged::test {
namespace {

using Parsed = std::optional<RowPredicate>;

std::string upper(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

class FilterParser {
public:
    FilterParser(std::string_view text, bool has_workloads) : rest_{text}, has_workloads_{has_workloads} {}

    Parsed parse()
    {
        auto found = any();
        skip_space();
        return rest_.empty() ? found : std::nullopt;
    }

private:
    Parsed any()
    {
        auto left = all();
        while (left && take_word("or")) {
            auto right = all();
            if (!right) return std::nullopt;
            left = [a = *left, b = *right](LicenceRow const& row) { return a(row) || b(row); };
        }
        return left;
    }

    Parsed all()
    {
        auto left = term();
        while (left && take_word("and")) {
            auto right = term();
            if (!right) return std::nullopt;
            left = [a = *left, b = *right](LicenceRow const& row) { return a(row) && b(row); };
        }
        return left;
    }

    Parsed term()
    {
        if (!take('(')) return comparison();
        auto found = any();
        return found && take(')') ? found : std::nullopt;
    }

    Parsed comparison()
    {
        auto const field = word();
        auto const equal = take_word("eq");
        if (!equal && !take_word("ne")) return std::nullopt;
        auto const value = quoted();
        if (!value || !commercial_field({}, field, has_workloads_)) return std::nullopt;
        return [=, has_workloads = has_workloads_](LicenceRow const& row) {
            return equal_ignoring_case(*commercial_field(row, field, has_workloads), *value) == equal;
        };
    }

    void skip_space()
    {
        while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    }

    bool take(char c)
    {
        skip_space();
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool take_word(std::string_view wanted)
    {
        auto const before = rest_;
        if (word() == wanted) return true;
        rest_ = before;
        return false;
    }

    std::string word()
    {
        skip_space();
        auto const size = std::min(rest_.find_first_of(" ()'"), rest_.size());
        std::string found{rest_.substr(0, size)};
        rest_.remove_prefix(size);
        return found;
    }

    std::optional<std::string> quoted()
    {
        if (!take('\'')) return std::nullopt;
        std::string value;
        for (;;) {
            auto const end = rest_.find('\'');
            if (end == std::string_view::npos) return std::nullopt;
            value += rest_.substr(0, end);
            rest_.remove_prefix(end + 1);
            if (!rest_.starts_with('\'')) return value;
            value += '\'';
            rest_.remove_prefix(1);
        }
    }

    std::string_view rest_;
    bool has_workloads_;
};

} // namespace

std::optional<std::string> commercial_field(LicenceRow const& row, std::string_view name, bool has_workloads)
{
    if (name == "workloadCode" && has_workloads) return row.workload_code;
    if (name == "workloadName" && has_workloads) return row.workload_name;
    if (name == "serviceCode") return row.service_code;
    if (name == "serviceName") return std::string{service_name(row)};
    if (name == "channel") return "reseller";
    if (name == "customerTenantId") return upper(row.customer_id);
    if (name == "customerName") return row.customer_name;
    if (name == "productId") return upper(row.product_id);
    if (name == "productName") return row.product_name;
    return std::nullopt;
}

std::optional<RowPredicate> parse_filter(std::string_view text, bool has_workloads)
{
    return FilterParser{text, has_workloads}.parse();
}

} // namespace usaged::test
