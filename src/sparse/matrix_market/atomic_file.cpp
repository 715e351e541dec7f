#include "sparse/matrix_market/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <system_error>

#include <tamis/core/error.hpp>

namespace tamis::detail::matrix_market {

namespace {

[[noreturn]] void fail(const char* what, const std::string& action, const std::string& name, int error) {
    throw IoError(std::string(what) + ": " + action + " '" + name + "' failed: " + std::strerror(error));
}

/// Where the file really lies: a link is followed, so that the rename replaces its target and not the link.
std::filesystem::path resolve(const std::filesystem::path& path, const char* what) {
    std::error_code error;
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path, error))) return path;
    auto target = std::filesystem::weakly_canonical(path, error);
    if (error) throw IoError(std::string(what) + ": the link '" + path.string() + "' leads nowhere: " + error.message());
    return target;
}

std::string random_word() {
    constexpr const char* letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device device;
    std::string word;
    for (int k = 0; k < 10; ++k) word += letters[device() % 36];
    return word;
}

}  // namespace

void write_fully(int descriptor, std::string_view bytes, const char* what, const std::string& name) {
    constexpr std::size_t most = std::size_t{1} << 30;
    while (!bytes.empty()) {
        const auto count = ::write(descriptor, bytes.data(), std::min(bytes.size(), most));
        if (count < 0) {
            if (errno == EINTR) continue;
            fail(what, "writing", name, errno);
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

DirectFile::DirectFile(const std::filesystem::path& path, const char* what)
    : what_(what),
      name_(path.string()),
      descriptor_(::open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail(what_, "opening", name_, errno);
}

DirectFile::~DirectFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void DirectFile::commit() {
    const int status = ::close(descriptor_);
    descriptor_ = -1;
    if (status != 0) fail(what_, "closing", name_, errno);
}

AtomicFile::AtomicFile(const std::filesystem::path& path, const char* what)
    : what_(what),
      name_(path.string()),
      target_(resolve(path, what)) {
    if (!target_.has_filename()) throw IoError(std::string(what) + ": '" + name_ + "' is no name of a file");
    struct stat old {};
    const bool replaces = ::stat(target_.c_str(), &old) == 0;
    if (replaces && ::access(target_.c_str(), W_OK) != 0) fail(what_, "replacing", name_, errno);
    constexpr int attempts = 100;
    constexpr ::mode_t everybody = 0666;  // less the process's umask, which open() applies
    for (int k = 0; k < attempts && descriptor_ < 0; ++k) {
        temporary_ = target_.parent_path() / (".tamis-" + random_word() + ".tmp");
        descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, everybody);
        if (descriptor_ < 0 && errno != EEXIST) break;
    }
    if (descriptor_ < 0) fail(what_, "creating a file beside", name_, errno);
    constexpr ::mode_t permissions = 0777;
    if (replaces) (void)!::fchmod(descriptor_, old.st_mode & permissions);
}

AtomicFile::~AtomicFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
    write_fully(descriptor_, bytes, what_, name_);
    written_ += static_cast<std::int64_t>(bytes.size());
#ifdef SYNC_FILE_RANGE_WRITE
    // Starts writing to the disk early, so that little is left for the wait in commit().
    constexpr std::int64_t chunk = std::int64_t{8} << 20;
    if (written_ - flushing_ >= chunk) {
        ::sync_file_range(descriptor_, flushing_, written_ - flushing_, SYNC_FILE_RANGE_WRITE);
        flushing_ = written_;
    }
#endif
}

void AtomicFile::commit() {
    // Some filesystems cannot synchronize (EINVAL); an error of the disk is EIO or ENOSPC.
    if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != ENOSYS) fail(what_, "writing", name_, errno);
    const int status = ::close(descriptor_);
    descriptor_ = -1;
    if (status != 0) fail(what_, "closing", name_, errno);
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(what_, "renaming a file to", name_, errno);
    temporary_.clear();
    const auto folder = target_.has_parent_path() ? target_.parent_path() : std::filesystem::path(".");
    if (const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); descriptor >= 0) {
        (void)!::fsync(descriptor);
        ::close(descriptor);
    }
}

}  // namespace tamis::detail::matrix_market
