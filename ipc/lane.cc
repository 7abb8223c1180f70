#include "ipc/lane.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "absl/status/status.h"

namespace bigscan {
namespace {

// A wake is one byte; a source is this, with a descriptor attached.
struct SourceMessage {
  uint32_t id;
};

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
  while (send(socket, &wake, sizeof(wake), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

absl::Status SendSource(int socket, uint32_t id, int fd) {
  SourceMessage message{id};
  iovec bytes{&message, sizeof(message)};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(fd))] = {};
  msghdr header{};
  header.msg_iov = &bytes;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  cmsghdr* rights = CMSG_FIRSTHDR(&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(fd));
  memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
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
  SourceMessage message{};
  iovec bytes{&message, sizeof(message)};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
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
  int fd = -1;
  memcpy(&fd, CMSG_DATA(rights), sizeof(fd));
  return std::optional<ReceivedSource>({message.id, UniqueFd(fd)});
}

}  // namespace bigscan
