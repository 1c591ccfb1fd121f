// Answers MongoDB's wire protocol out of memory on a port of loopback, which it prints, until its standard input ends.

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.List;

public class MongoServerMain {
  public static void main(String[] arguments) throws Exception {
    MongoServer server = new MongoServer(new Backend().version(new Version()));
    // 0 for one that is free.
    try {
      server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    } catch (Exception error) {
      // Its threads would go on running.
      System.err.println(error.getMessage());
      System.exit(1);
    }
    System.out.println(server.getLocalAddress().getPort());
    while (System.in.read() >= 0) {}
    server.shutdownNow();
  }

  /** The oldest that driver 7 talks to (MongoDB 4.4); the library's own highest is 8, though it answers what the drivers ask. */
  static class Version implements MongoVersion {
    public List<Integer> getVersionArray() {
      return ServerVersion.MONGO_5_0.getVersionArray();
    }

    public int getWireVersion() {
      return 9;
    }
  }

  static class Backend extends MemoryBackend {
    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
      switch (command.toLowerCase()) {
        case "sleep":
          // As MongoDB's own command for tests; it holds up one connection, whose commands wait anyway.
          sleep(((Number) query.get("millis")).longValue());
          return new Document("ok", 1.0);
        // Accepted and not carried out: a transaction is not undone.
        case "endsessions":
        case "committransaction":
        case "aborttransaction":
          return new Document("ok", 1.0);
        case "hello":
          return withSessions(super.handleCommand(channel, database, "isMaster", query));
        case "ismaster":
          return withSessions(super.handleCommand(channel, database, command, query));
        default:
          return super.handleCommand(channel, database, command, query);
      }
    }

    /** A driver uses sessions and transactions where the server is a router of a cluster. */
    private static Document withSessions(Document hello) {
      hello.put("msg", "isdbgrid");
      hello.put("logicalSessionTimeoutMinutes", 30);
      return hello;
    }

    private static void sleep(long millis) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
