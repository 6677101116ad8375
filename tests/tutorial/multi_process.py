# 多进程服务器：每来一个客户端，就创建一个进程为它服务
# ruff: noqa: UP031
from multiprocessing import Process
from socket import AF_INET, SOCK_STREAM, socket


# 处理客户端的请求并为其服务
def deal_with_client(new_socket, dest_addr):
    while True:
        recv_data = new_socket.recv(1024)
        if len(recv_data) > 0:
            print("recv[%s]:%s" % (str(dest_addr), recv_data.decode("gbk")))
            new_socket.send("ok!".encode("gbk"))
        else:
            print("[%s]客户端已经关闭" % str(dest_addr))
            break
    new_socket.close()


def main():
    server_socket = socket(AF_INET, SOCK_STREAM)
    server_socket.bind(("", 7788))
    server_socket.listen(5)
    try:
        while True:
            new_socket, dest_addr = server_socket.accept()
            client = Process(target=deal_with_client, args=(new_socket, dest_addr))
            client.start()
            # 子进程已经复制了一份套接字，父进程中的这一份没有用处了，所以关闭
            new_socket.close()
    finally:
        # 所有客户端服务完之后再关闭，表示不再接收新的客户端
        server_socket.close()


if __name__ == "__main__":
    main()
