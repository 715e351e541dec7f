#include "run_program.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

namespace tamis::test {

namespace {

struct Pipe {
    int read_end = -1;
    int write_end = -1;
    Pipe() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
        read_end = ends[0];
        write_end = ends[1];
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close_end(read_end);
        close_end(write_end);
    }
    static void close_end(int& end) {
        if (end >= 0) close(end);
        end = -1;
    }
};

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, const RunOptions& o, int in,
                         int out, int err) {
    if (!o.folder.empty() && chdir(o.folder.c_str()) != 0) _exit(127);
    if (!o.out_path.empty()) out = open(o.out_path.c_str(), O_WRONLY);
    if (out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(127);
    if (o.address_space > 0) {
        const rlimit limit{static_cast<rlim_t>(o.address_space), static_cast<rlim_t>(o.address_space)};
        setrlimit(RLIMIT_AS, &limit);
    }
    execve(program, arguments, environment);
    _exit(127);
}

std::vector<std::string> environment_of(const RunOptions& o) {
    // What a developer's shell has set must not change what the tests see.
    std::vector<std::string> all;
    for (char** e = environ; *e != nullptr; ++e) {
        const std::string entry = *e;
        if (!entry.starts_with("NO_COLOR=") && !entry.starts_with("TERM=") && !entry.starts_with("TAMIS_"))
            all.push_back(entry);
    }
    all.emplace_back("TERM=xterm");
    for (const std::string& e : o.environment) {
        std::erase_if(all, [&](const std::string& a) { return a.starts_with(e.substr(0, e.find('=') + 1)); });
        all.push_back(e);
    }
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> p;
    for (std::string& w : words) p.push_back(w.data());
    p.push_back(nullptr);
    return p;
}

/// Reads what is there; false at the end.
bool drain(int from, std::string& into) {
    char block[65536];
    const ssize_t n = read(from, block, sizeof block);
    if (n > 0) into.append(block, static_cast<std::size_t>(n));
    return n > 0 || (n < 0 && errno == EINTR);
}

}  // namespace

nlohmann::json Outcome::json() const {
    const auto parsed = nlohmann::json::parse(out, nullptr, false);
    EXPECT_TRUE(parsed.is_object()) << "not one JSON object: " << out << "\nstandard error: " << err;
    return parsed.is_object() ? parsed : nlohmann::json::object();
}

Outcome tamis(const std::vector<std::string>& arguments, const RunOptions& options) {
    std::signal(SIGPIPE, SIG_IGN);
    std::vector<std::string> words{TAMIS_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> environment = environment_of(options);
    const std::vector<char*> argv = pointers(words);
    const std::vector<char*> envp = pointers(environment);

    Pipe in, out, err;
    int terminal = -1;
    int terminal_end = -1;
    if (options.terminal && openpty(&terminal, &terminal_end, nullptr, nullptr, nullptr) != 0)
        throw std::runtime_error("openpty failed");
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) {
        std::signal(SIGPIPE, SIG_DFL);
        become(TAMIS_PROGRAM, argv.data(), envp.data(), options, in.read_end,
               options.terminal ? terminal_end : out.write_end, options.terminal ? terminal_end : err.write_end);
    }
    Pipe::close_end(in.read_end);
    Pipe::close_end(out.write_end);
    Pipe::close_end(err.write_end);
    if (terminal_end >= 0) close(terminal_end);
    if (options.while_running) options.while_running(child);

    Outcome run;
    std::string_view input = options.input;
    if (input.empty()) Pipe::close_end(in.write_end);
    else fcntl(in.write_end, F_SETFL, O_NONBLOCK);
    pollfd ends[3] = {{terminal >= 0 ? terminal : out.read_end, POLLIN, 0},
                      {terminal >= 0 ? -1 : err.read_end, POLLIN, 0},
                      {in.write_end, POLLOUT, 0}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        if (poll(ends, 3, -1) < 0 && errno != EINTR) break;
        if (ends[0].revents != 0 && !drain(ends[0].fd, run.out)) ends[0].fd = -1;
        if (ends[1].revents != 0 && !drain(ends[1].fd, run.err)) ends[1].fd = -1;
        if (ends[2].fd >= 0 && ends[2].revents != 0) {
            const ssize_t n = write(in.write_end, input.data(), input.size());
            if (n > 0) input.remove_prefix(static_cast<std::size_t>(n));
            if (input.empty() || (n < 0 && errno != EAGAIN)) {
                Pipe::close_end(in.write_end);
                ends[2].fd = -1;
            }
        }
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (terminal >= 0) close(terminal);
    if (WIFEXITED(status)) run.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) run.signal = WTERMSIG(status);
    return run;
}

CliTest::CliTest() {
    std::string name = (std::filesystem::temp_directory_path() / "tamis_cli_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    folder_ = name;
}

CliTest::~CliTest() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string CliTest::file(const std::string& name, const std::string& contents) const {
    std::ofstream(folder_ / name, std::ios::binary) << contents;
    return path(name);
}

std::string CliTest::contents(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

bool CliTest::exists(const std::string& path) {
    return std::filesystem::exists(path);
}

std::vector<std::string> CliTest::listing() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string CliTest::tridiagonal() const {
    return file("tridiagonal.mtx",
                "%%MatrixMarket matrix coordinate real symmetric\n% a chain\n3 3 5\n1 1 2\n2 1 -1\n2 2 2\n3 2 -1\n3 3 2\n");
}

std::string CliTest::small_general() const {
    return file("general.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 4\n1 1 1\n1 2 2\n2 1 3\n2 2 4\n");
}

std::string CliTest::singular() const {
    return file("singular.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1\n2 1 3\n");
}

std::string CliTest::complex_diagonal() const {
    return file("complex.mtx", "%%MatrixMarket matrix coordinate complex general\n2 2 2\n1 1 1 1\n2 2 2 0\n");
}

std::vector<double> array_values(const std::string& text) {
    std::istringstream lines(text);
    std::vector<double> values;
    bool sizes_seen = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line[0] == '%') continue;
        if (!sizes_seen) {
            sizes_seen = true;
            continue;
        }
        std::istringstream numbers(line);
        for (double x; numbers >> x;) values.push_back(x);
    }
    return values;
}

std::string gunzip(const std::string& path) {
    gzFile in = gzopen(path.c_str(), "rb");
    if (in == nullptr) return {};
    std::string text;
    char block[4096];
    for (int n; (n = gzread(in, block, sizeof block)) > 0;) text.append(block, static_cast<std::size_t>(n));
    const bool transparent = gzdirect(in) != 0;
    gzclose(in);
    return transparent ? std::string() : text;  // a file that is no gzip at all must not pass for one
}

void gzip(const std::string& path, const std::string& text) {
    gzFile out = gzopen(path.c_str(), "wb");
    gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
    gzclose(out);
}

}  // namespace tamis::test
