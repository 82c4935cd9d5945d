#include "storage/backup.h"

#include "config/load_config.h"
#include "daemon/command/command.h"
#include "daemon/command/progress_bar.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <iostream>

namespace usaged {

int backup(GlobalOptions const& options, std::filesystem::path const& file)
{
    auto const config = load_config(options.config_file);
    ProgressBar bar{"backup"};
    boost::asio::io_context context{1};
    boost::asio::signal_set signals{context, SIGTERM, SIGINT};
    int received = 0;
    signals.async_wait([&](boost::system::error_code const& error, int number) {
        if (!error) received = number;
    });
    auto const stopped = [&] {
        context.poll();
        return received != 0;
    };
    auto const bytes = back_up(config.storage.sqlite_path, file, bar.observer(), stopped);
    bar.clear();
    if (!bytes) return 128 + received;
    std::cout << file.string() << ": " << *bytes << " bytes" << std::endl;
    return 0;
}

} // namespace usaged
