#include "ipc/lane.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>

#include "absl/status/status.h"

namespace bigscan {
namespace {

// A wake is one byte; a source is this, as far as there are sizes, with descriptors attached.
struct SourceMessage {
  uint32_t id;
  uint32_t has_sizes;
  uint64_t sizes[kMostPackedFiles];
};

constexpr size_t kRightsBytes = kMostPackedFiles * sizeof(int);

}  // namespace

absl::StatusOr<LaneSocket> LaneSocket::Create() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::ErrnoToStatus(errno, "socketpair");
  }
  return LaneSocket{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void SendWake(int socket) {
  const char wake = 0;
  // EAGAIN: there are wakes enough. The other side sleeps until this one comes, so that it must not be lost where the
  // kernel is short of memory.
  while (send(socket, &wake, sizeof(wake), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
         (errno == EINTR || errno == ENOBUFS || errno == ENOMEM)) {
  }
}

absl::Status SendSource(int socket, uint32_t id, std::span<const int> fds,
                        std::span<const uint64_t> sizes) {
  SourceMessage message;
  message.id = id;
  message.has_sizes = !sizes.empty();
  std::copy(sizes.begin(), sizes.end(), message.sizes);
  iovec bytes{&message, offsetof(SourceMessage, sizes) + sizes.size_bytes()};
  alignas(cmsghdr) char control[CMSG_SPACE(kRightsBytes)] = {};
  msghdr header{};
  header.msg_iov = &bytes;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = CMSG_SPACE(fds.size_bytes());
  cmsghdr* rights = CMSG_FIRSTHDR(&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(fds.size_bytes());
  memcpy(CMSG_DATA(rights), fds.data(), fds.size_bytes());
  while (sendmsg(socket, &header, MSG_NOSIGNAL) < 0) {
    if (errno == EPIPE || errno == ECONNRESET) return absl::UnavailableError("the child is gone");
    if (errno != EINTR) return absl::ErrnoToStatus(errno, "sendmsg");
  }
  return absl::OkStatus();
}

void TakeWake(int socket) {
  char wake;
  recv(socket, &wake, sizeof(wake), MSG_DONTWAIT);  // if it is interrupted, poll(2) shows it again
}

absl::StatusOr<std::optional<ReceivedSource>> ReceiveMessage(int socket) {
  SourceMessage message;
  iovec bytes{&message, sizeof(message)};
  alignas(cmsghdr) char control[CMSG_SPACE(kRightsBytes)];
  msghdr header{};
  header.msg_iov = &bytes;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  ssize_t got;
  do {
    got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return absl::UnavailableError("the coordinator is gone");
  // Without a free descriptor the kernel drops what was sent: a worker can not go on without it.
  if ((header.msg_flags & MSG_CTRUNC) != 0) return absl::ResourceExhaustedError("no descriptor");
  const cmsghdr* rights = CMSG_FIRSTHDR(&header);
  if (rights == nullptr) return std::optional<ReceivedSource>();
  const size_t count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  ReceivedSource source{message.id, std::vector<PackedFile>(count)};
  for (size_t i = 0; i < count; ++i) {
    int fd = -1;
    memcpy(&fd, CMSG_DATA(rights) + i * sizeof(fd), sizeof(fd));
    source.files[i] = {UniqueFd(fd), message.has_sizes != 0 ? message.sizes[i] : 0};
  }
  return std::optional<ReceivedSource>(std::move(source));
}

}  // namespace bigscan
