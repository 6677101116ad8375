# 多线程服务器：每来一个客户端，就创建一个线程为它服务
# ruff: noqa: UP031
from socket import AF_INET, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket
from threading import Thread


# 处理客户端的请求并为其服务
def deal_with_client(new_socket, dest_addr):
    while True:
        recv_data = new_socket.recv(1024)
        if len(recv_data) > 0:
            print("recv[%s]:%s" % (str(dest_addr), recv_data.decode("gbk")))
            new_socket.send("threadOK!".encode("gbk"))
        else:
            print("[%s]客户端已经关闭" % str(dest_addr))
            break
    new_socket.close()


def main():
    server_socket = socket(AF_INET, SOCK_STREAM)
    # 服务器重启时可以马上再次使用同一个端口
    server_socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    server_socket.bind(("", 7788))
    server_socket.listen(5)
    try:
        while True:
            new_socket, dest_addr = server_socket.accept()
            client = Thread(target=deal_with_client, args=(new_socket, dest_addr))
            client.start()
            # 线程共享套接字，这里不能关闭，否则子线程就不能收发数据了
    finally:
        server_socket.close()


if __name__ == "__main__":
    main()
