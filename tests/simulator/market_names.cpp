#include "tests/simulator/market_names.h"

#include <array>
#include <cstdio>

namespace usaged::test {
namespace {

struct Product {
    std::string_view name;
    std::span<Workload const> workloads;
    std::string_view later_name = {}; ///< empty: it never changes
};

constexpr Workload exchange{"EXO", "Exchange"};
constexpr Workload share_point{"SPO", "SharePoint"};
constexpr Workload skype{"SFB", "Skype For Business"};
constexpr std::array office{exchange, share_point, skype};
constexpr std::array only_exchange{exchange};
constexpr std::array only_share_point{share_point};
constexpr std::array only_skype{skype};
constexpr std::array crm{Workload{"CRM", "Microsoft Dynamics CRM"}, share_point};
constexpr std::array only_crm{Workload{"CRM", "Microsoft Dynamics CRM"}};

constexpr std::array catalogue{
    Product{"OFFICE 365 ENTERPRISE E3", office},
    Product{"OFFICE 365 BUSINESS ESSENTIALS", office, "MICROSOFT 365 BUSINESS BASIC"},
    Product{"EXCHANGE ONLINE (PLAN 1)", only_exchange},
    Product{"DYNAMICS CRM ONLINE PROFESSIONAL", crm},
    Product{"OFFICE 365 ENTERPRISE E1", office},
    Product{"EXCHANGE ONLINE ARCHIVING FOR EXCHANGE ONLINE", only_exchange},
    Product{"SHAREPOINT ONLINE (PLAN 2)", only_share_point},
    Product{"DYNAMICS 365 FOR SALES", crm, "DYNAMICS 365 SALES ENTERPRISE"},
    Product{"OFFICE 365 BUSINESS PREMIUM", office, "MICROSOFT 365 BUSINESS STANDARD"},
    Product{"SKYPE FOR BUSINESS ONLINE (PLAN 2)", only_skype},
    Product{"OFFICE 365 ENTERPRISE E5", office},
    Product{"DYNAMICS AX TASK", only_crm},
};

/// Names that need care in JSON, in a filter and in UTF-8.
constexpr std::array<std::string_view, 6> company_names{"CONTOSO",        "O'REILLY & SONS",  "CAFÉ ÉTOILE",
                                                        "FABRIKAM, INC.", "WINGTIP \"TOYS\"", "ADVENTURE WORKS"};

enum class Story { renamed = 3, appears = 4, vanishes = 5 };

bool has(Story story, std::size_t customer)
{
    return customer % 6 == static_cast<std::size_t>(story);
}

/// The day on which the one thing happens that happens to this customer.
std::int64_t day_between(std::uint64_t seed, std::size_t customer, std::int64_t first, std::uint64_t days)
{
    return first + static_cast<std::int64_t>(mixed({seed, customer, 1}) % days);
}

std::string guid(std::uint64_t high, std::uint64_t low)
{
    std::array<char, 40> text{};
    auto const size =
        std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32U),
                      static_cast<unsigned>((high >> 16U) & 0xFFFFU), static_cast<unsigned>(high & 0xFFFFU),
                      static_cast<unsigned>(low >> 48U), static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFU));
    return {text.data(), static_cast<std::size_t>(size)};
}

} // namespace

std::uint64_t mixed(std::initializer_list<std::uint64_t> numbers)
{
    std::uint64_t state = 0;
    for (auto const number : numbers) { // splitmix64
        state += number + 0x9E3779B97F4A7C15U;
        state = (state ^ (state >> 30U)) * 0xBF58476D1CE4E5B9U;
        state = (state ^ (state >> 27U)) * 0x94D049BB133111EBU;
        state ^= state >> 31U;
    }
    return state;
}

std::string_view product_service(std::size_t product)
{
    return product % 4 == 3 ? "crm" : "o365";
}

std::string product_id(std::size_t product)
{
    return guid(mixed({product, 2}), mixed({product, 3}));
}

std::string product_name(std::size_t product, std::int64_t day)
{
    if (product >= catalogue.size()) return "PRODUCT " + std::to_string(product);
    auto const& entry = catalogue[product];
    auto const later = day >= 60 + static_cast<std::int64_t>(product) && !entry.later_name.empty();
    return std::string{later ? entry.later_name : entry.name};
}

std::span<Workload const> product_workloads(std::size_t product)
{
    return catalogue[product % catalogue.size()].workloads;
}

std::string customer_id(std::uint64_t seed, std::size_t customer)
{
    return guid(mixed({seed, customer, 4}), mixed({seed, customer, 5}));
}

std::string customer_name(std::uint64_t seed, std::size_t customer, std::int64_t day)
{
    auto const renamed = has(Story::renamed, customer) && day >= day_between(seed, customer, 30, 60);
    auto const name =
        customer < company_names.size() ? std::string{company_names[customer]} : "CUSTOMER " + std::to_string(customer);
    return renamed ? "NEW " + name : name;
}

bool customer_is_there(std::uint64_t seed, std::size_t customer, std::int64_t day)
{
    if (has(Story::appears, customer)) return day >= day_between(seed, customer, 14, 40);
    return !has(Story::vanishes, customer) || day < day_between(seed, customer, 90, 90);
}

} // namespace usaged::test
